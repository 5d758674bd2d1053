"""Every model by name, untrained and shaken, over the items of one planted dataset."""

import copy

import pytest

from data.dataset import Dataset
from engine.models.build import MODELS, ModelName
from engine.models.model import Model
from engine.models.outfit_model import OutfitModel
from engine.training import Trained, prepare
from tests.engine.planted import shaken, tiny_config


@pytest.fixture(scope="session", params=MODELS)
def name(request: pytest.FixtureRequest) -> ModelName:
    return request.param


@pytest.fixture(scope="session")
def trained(name: ModelName, planted: Dataset) -> Trained:
    """Prepared, not trained."""
    return prepare(planted, tiny_config(name))[0]


@pytest.fixture
def model(trained: Trained) -> Model:
    """A copy in which no weight is zero and prices tell something: every part has its say."""
    model = shaken(copy.deepcopy(trained.model)).eval()
    if isinstance(model, OutfitModel):
        model.price_level.between.fill_(0.5)
    return model
