"""docker-compose.yml and the image: what must be so whoever runs them. Nothing here needs an engine."""

import re
import socket
from pathlib import Path

import pytest

from contracts.channels import REGISTRY
from infra.kafka.container import CLUSTER, IMAGE
from infra.kafka.home import Home
from infra.postgres.server import Databases
from services.demo.cast import NODES, YIWU
from services.demo.cluster import Cluster
from tests.support.compose import DOCKERFILE, FILE, ROOT, Service, instructions, services

STATE = "/somewhere/state"
SERVICES = services({"STATE": STATE, "OWNER": "1000:1000"})
OURS = [one for one in SERVICES.values() if one.said["image"].startswith("duikou")]


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_a_service_runs_as_the_owner_of_the_state_with_no_rights_over_the_machine(service: Service) -> None:
    assert service.said["user"] == "1000:1000"
    assert service.said["cap_drop"] == ["ALL"]
    assert service.said["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service.said)


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_a_service_is_of_a_named_release(service: Service) -> None:
    assert re.fullmatch(r"[a-z/]+:\d+(\.\d+)*", service.said["image"])


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_a_service_publishes_no_port_and_is_on_no_network_but_the_hosts_loopback(service: Service) -> None:
    """What is on the host's network binds to 127.0.0.1 by its own files; PostgreSQL is on none."""
    assert "ports" not in service.said
    assert service.said["network_mode"] == ("none" if service.name == "postgres" else "host")


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_a_service_writes_into_the_state_only(service: Service) -> None:
    for mount in service.said["volumes"]:
        assert mount["type"] == "bind"
        assert mount["source"].startswith(STATE)
        assert mount["bind"] == {"create_host_path": False}, "an engine would make it, as root"


@pytest.mark.parametrize("service", OURS, ids=[one.name for one in OURS])
def test_a_container_of_ours_cannot_change_its_image(service: Service) -> None:
    assert service.said["read_only"] is True
    assert service.said["tmpfs"] == ["/tmp"]  # noqa: S108 - inside the container


def test_no_secret_is_in_the_files() -> None:
    for file in (FILE, DOCKERFILE):
        assert not re.search(r"(?i)passw|secret|token|private", re.sub(r"#.*", "", file.read_text())), file.name


def test_registry_and_every_node_of_the_demo_have_a_service_and_its_settings() -> None:
    told = {one.environment["SETTINGS"] for one in OURS if one.name != "setup"}
    sources = [REGISTRY, *(office.code for office in NODES)]
    assert told == {f"{STATE}/{source}/node.toml" for source in sources}
    assert len(OURS) == len(sources) + 1


def test_nothing_starts_before_what_it_needs() -> None:
    done, healthy = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    assert SERVICES["setup"].said["depends_on"] == {"postgres": healthy}
    assert SERVICES["kafka"].said["depends_on"] == {"setup": done}
    for one in OURS:
        if one.name != "setup":
            assert one.said["depends_on"] == {"setup": done, "kafka": healthy}
    assert [one.name for one in SERVICES.values() if not one.check] == ["setup", "registry"]


def test_the_broker_is_the_one_of_the_tests() -> None:
    kafka = SERVICES["kafka"]
    assert kafka.said["image"] == IMAGE
    assert f"-t {CLUSTER} " in kafka.command[-1]


def test_the_image_is_slim_hashed_and_not_roots() -> None:
    lines = instructions()
    assert re.fullmatch(r"FROM python:3\.\d+-slim-[a-z]+", lines[0])
    installs = [line for line in lines if "pip install" in line]
    assert len(installs) == 1
    assert "--require-hashes -r infra/requirements.txt" in installs[0]
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    assert "services.node.ready" in next(line for line in lines if line.startswith("HEALTHCHECK"))


def test_what_the_image_copies_reaches_the_builder() -> None:
    """.dockerignore lets through what is named there, and nothing else."""
    allowed = {line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = {line.split()[1].split("/")[0] for line in instructions() if line.startswith("COPY")}
    assert copied <= allowed
    assert copied == {"contracts", "services", "infra"}


def test_setup_keeps_the_ports_of_a_broker_and_of_nodes_that_run(tmp_path: Path) -> None:
    """Each `up` runs it again; what it cannot bind is in use by the very services it serves."""
    first, nodes = Home(tmp_path / "kafka"), Cluster(tmp_path, "", Databases(), None, others_run=True)
    first.settle()
    address = nodes.addresses()[YIWU]
    with socket.create_server(("127.0.0.1", first.ports.client)), socket.create_server(_address(address)):
        again = Home(tmp_path / "kafka")
        again.settle()
        assert again.bootstrap == first.bootstrap
        assert nodes.addresses()[YIWU] == address
        again.configure()  # as one's own broker does: not running, so it may move
        assert again.bootstrap != first.bootstrap


def _address(url: str) -> tuple[str, int]:
    host, port = url.removeprefix("http://").split(":")
    return host, int(port)
