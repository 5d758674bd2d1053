"""What lies in deploy/ fits the program: its flags, its metrics, its ports, its end."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from serving.cache.memory_cache import MemoryCache, MemoryCacheConfig
from serving.cli import app
from serving.commands.redis_flag import REDIS_VARIABLE
from serving.engine_slot import EngineSlot
from serving.metrics.server_metrics import ServerMetrics
from serving.overlay.state import OverlayState
from serving.probes import ANSWER_S
from tests.serving.planted_shop import PlantedShop

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMMANDS = ["systemd", "container", "kubernetes"]
OPERATIONS = (ROOT / "docs/operations.md").read_text("utf-8")


def deployment() -> dict[str, Any]:
    kinds = {
        one["kind"]: one
        for one in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
    }
    assert set(kinds) == {"Deployment", "Service", "PodDisruptionBudget"}
    return kinds["Deployment"]["spec"]["template"]["spec"]


def unit() -> dict[str, str]:
    """Settings of the systemd unit, the last of a name."""
    text = (DEPLOY / "outfit.service").read_text("utf-8").replace("\\\n", " ")
    return dict(line.split("=", 1) for line in text.splitlines() if re.match(r"\w+=", line))


def command(of: str) -> list[str]:
    match of:
        case "systemd":
            return shlex.split(unit()["ExecStart"])[1:]
        case "container":
            text = (DEPLOY / "Containerfile").read_text("utf-8")
            return list(json.loads(text.rpartition("CMD ")[2]))
    return list(deployment()["containers"][0]["args"])


def flags(of: str) -> dict[str, str]:
    words = " ".join(command(of)).replace("=", " ").split()
    return {
        name: value for name, value in zip(words, [*words[1:], ""], strict=True) if "--" in name
    }


@pytest.mark.parametrize("of", COMMANDS)
def test_every_command_is_one_that_the_program_understands(of: str):
    called, bound, _ = app.parse_args(command(of), exit_on_error=False, print_error=False)
    assert called.__name__ == "serve"
    config = bound.arguments
    assert config["protection"].check("0.0.0.0") is None  # noqa: S104 - it is protected
    assert config["listening"].port == 50051
    assert config["operation"].metrics_port == 9464


@pytest.mark.parametrize("of", ["systemd", "kubernetes"])
def test_nobody_kills_what_drains(of: str):
    limit = (
        int(unit()["TimeoutStopSec"])
        if of == "systemd"
        else deployment()["terminationGracePeriodSeconds"]
    )
    assert float(flags(of)["--notice-s"]) + float(flags(of)["--grace-s"]) < limit


def test_probes_ask_for_what_is_served_where_it_is_served():
    (container,) = deployment()["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    served = flags("kubernetes")
    assert ports == {"grpc": int(served["--port"]), "metrics": int(served["--metrics-port"])}
    asked = {"startupProbe": "/live", "readinessProbe": "/ready", "livenessProbe": "/live"}
    for probe, path in asked.items():
        assert container[probe]["httpGet"] == {"path": path, "port": "metrics"}
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["timeoutSeconds"] > ANSWER_S
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"/bundles", "/tls", "/keys"} <= mounts


def test_no_address_of_redis_stands_among_arguments():
    assert not any("redis" in word for of in COMMANDS for word in command(of))
    (container,) = deployment()["containers"]
    (variable,) = container["env"]
    assert variable["name"] == REDIS_VARIABLE
    assert variable["valueFrom"] == {"secretKeyRef": {"name": "outfit-redis", "key": "url"}}
    assert f"{REDIS_VARIABLE}," in (DEPLOY / "outfit.service").read_text("utf-8")


class Followed:
    current, connected, age_s = OverlayState(), True, 0.0


class Queue:
    waiting_size = 0


def metric_names() -> set[str]:
    """Of all that a server can tell, without the process's own."""
    metrics = ServerMetrics(EngineSlot(PlantedShop()))
    metrics.watch_queue(Queue(), 1)
    metrics.watch_overlay(Followed())
    metrics.watch_cache(MemoryCache(MemoryCacheConfig()))
    registry: CollectorRegistry = metrics.registry
    suffix = {"counter": "_total", "info": "_info"}
    names = {metric.name + suffix.get(metric.type, "") for metric in registry.collect()}
    return {name for name in names if name.startswith("outfit_")}


def test_the_handbook_has_a_row_for_every_metric_and_no_other():
    rows = re.findall(r"^\| `(outfit_\w+)", OPERATIONS, re.MULTILINE)
    assert sorted(rows) == sorted(metric_names())


def test_alerts_ask_for_metrics_that_there_are_and_the_handbook_says_what_to_do():
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text("utf-8"))["groups"]
    names = metric_names()
    for rule in group["rules"]:
        asked = re.findall(r"outfit_\w+", rule["expr"])
        assert {re.sub("_(bucket|count)$", "", name) for name in asked} <= names
        assert f"`{rule['alert']}`" in OPERATIONS
