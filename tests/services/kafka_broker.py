"""A real Apache Kafka broker (KRaft, one node), fetched by Maven and run by the machine's Java."""

import base64
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.services.authority import Authority
from trunkline.embedded.leash import leashed
from trunkline.ports import free_port

ROOT = Path(__file__).parents[2]
POM = Path(__file__).parent / "kafka" / "pom.xml"
MAVEN = "{http://maven.apache.org/POM/4.0.0}"

JAVA_OPTIONS = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]

SERVER_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},\
  SSL://127.0.0.1:{ssl_port},SASL_SSL://127.0.0.1:{sasl_port}
listener.security.protocol.map=\
  PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL
controller.listener.names=CONTROLLER
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.ssl.ssl.client.auth=required
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=\
  org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
num.network.threads=2
num.io.threads=2
"""

USER = "trunkline"
PASSWORD = "of-the-tests-alone"
"""A user of the listener with SASL, by every mechanism."""

HASHES = ("SCRAM-SHA-256", "SCRAM-SHA-512")


class KafkaBroker:
    """One broker process and its data; `stop` and `start` it as often as a test likes.

    Beside the plain listener there are one that wants a certificate of `authority` (`ssl_port`) and
    one that wants `USER` (`sasl_port`), both by TLS.
    """

    def __init__(self, jars: Path, folder: Path) -> None:
        self._classpath = f"{jars}/*"
        self._folder = folder
        self._config = folder / "server.properties"
        self._child: subprocess.Popen[bytes] | None = None
        self.port, controller_port, self.ssl_port, self.sasl_port = _free_ports(4)
        self.authority = Authority(folder)
        shown = self.authority.sign("127.0.0.1", file="broker")
        keystore = folder / "broker.pem"
        keystore.write_text("".join(Path(file).read_text() for file in reversed(shown)))
        text = SERVER_PROPERTIES.format(
            port=self.port,
            controller_port=controller_port,
            ssl_port=self.ssl_port,
            sasl_port=self.sasl_port,
            keystore=keystore,
            truststore=self.authority.ca,
            user=USER,
            password=PASSWORD,
            data=folder / "data",
        )
        self._config.write_text(text)
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        # An identifier that starts with a dash would be read as an option.
        self._format("A" + cluster[1:])

    @property
    def servers(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.port}"

    def start(self, *, timeout_s: float = 60.0) -> None:
        """Run the broker and wait until it takes connections."""
        with (self._folder / "kafka.log").open("ab") as log:
            self._child = subprocess.Popen(
                leashed(self._java("kafka.Kafka", str(self._config)), death_signal=signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + timeout_s
        while not self._answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                tail = (self._folder / "kafka.log").read_text()[-2000:]
                raise RuntimeError(f"Kafka did not start:\n{tail}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill the broker, as a crash would: faster than a controlled shutdown, and harder."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _answers(self) -> bool:
        with contextlib.closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _format(self, cluster: str) -> None:
        command = self._java(
            "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._config),
            *(f"--add-scram={hashed}=[name={USER},password={PASSWORD}]" for hashed in HASHES),
        )  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    def _java(self, main: str, *args: str) -> list[str]:
        java = shutil.which("java")
        assert java is not None
        return [java, *JAVA_OPTIONS, "-cp", self._classpath, main, *args]


def _free_ports(count: int) -> list[int]:
    ports: list[int] = []
    for _ in range(count):
        ports.append(free_port("127.0.0.1", besides=ports))
    return ports


def fetched_jars() -> Path:
    """The broker's jars, in the checkout's cache; fetched at first use."""
    node = ElementTree.parse(POM).find(f".//{MAVEN}dependency/{MAVEN}version")
    assert node is not None and node.text
    jars = ROOT / ".cache" / f"kafka-{node.text}"
    if jars.exists():
        return jars
    with tempfile.TemporaryDirectory(dir=_made(ROOT / ".cache")) as folder:
        partial = Path(folder, "jars")
        subprocess.run(
            ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
            + [f"-DoutputDirectory={partial}", "-DincludeScope=runtime"],
            check=True,
            capture_output=True,
            timeout=600,
        )
        with contextlib.suppress(OSError):  # another test run was faster
            partial.rename(jars)
    return jars


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def java_version() -> int:
    """The major version of the machine's Java; 0 if there is none."""
    if shutil.which("java") is None:
        return 0
    done = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True)
    # openjdk version "17.0.15" 2025-04-15
    return int(done.stderr.split('"')[1].split(".")[0])


def do_without(why: str) -> NoReturn:
    """Skip what needs Kafka; fail where CI is set, for there nothing may be missing."""
    line = f"no Kafka: {why}"
    if os.environ.get("CI"):
        pytest.fail(line)
    pytest.skip(line)


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[KafkaBroker]:
    """One broker for all tests of the run, started at first use and killed at the end."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if not missing and java_version() < 17:
        missing = ["Java 17 or later"]
    if missing:
        do_without(f"{' and '.join(missing)} missing")
    try:
        jars = fetched_jars()
    except subprocess.CalledProcessError as error:
        said = (error.stdout + error.stderr).decode(errors="replace").strip().splitlines()
        do_without(f"Maven could not fetch it: {said[0] if said else error.returncode}")
    with tempfile.TemporaryDirectory(prefix="trunkline-kafka-") as folder:
        broker = KafkaBroker(jars, Path(folder))
        try:
            broker.start()
            yield broker
        finally:
            broker.stop()


@pytest.fixture
def kafka_servers(kafka_broker: KafkaBroker) -> str:
    """`host:port` of the real broker."""
    return kafka_broker.servers
