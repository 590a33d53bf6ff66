"""A standalone cluster of Spark on this machine: a master and workers, each in its own process."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 60  # seconds until all workers are there


@contextmanager
def running(python: Path, folder: Path, workers: int, memory: str = "2g") -> Iterator[str]:
    """Start a cluster whose workers have one core each; it ends with the block.

    Args:
        python: the Python that has pyspark installed.
        folder: takes the logs and what workers write.
        workers: how many there are.
        memory: what each worker has to give.

    Yields:
        The URL of the master.
    """
    home = subprocess.run(
        [python, "-c", "import pyspark; print(*pyspark.__path__)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    folder.mkdir(parents=True, exist_ok=True)
    env = os.environ | {
        "SPARK_CONF_DIR": str(folder),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_LOCAL_IP": HOST,
        # as `pql build` says it for its own process
        "PYSPARK_PYTHON": str(python),
    }
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    url = f"spark://{HOST}:{port}"
    with ExitStack() as started:

        def start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
            log = started.enter_context((folder / f"{kind.lower()}.log").open("ab"))
            name = f"org.apache.spark.deploy.{kind.lower()}.{kind}"
            command = [f"{home}/bin/spark-class", name, "--host", HOST, "--webui-port", "0"]
            process = subprocess.Popen([*command, *arguments], env=env, stdout=log, stderr=log)
            started.callback(process.wait)
            started.callback(process.terminate)
            return process

        master = start("Master", "--port", str(port))
        for number in range(workers):
            work = str(folder / f"worker_{number}")
            start("Worker", "--cores", "1", "--memory", memory, "--work-dir", work, url)
        deadline = time.monotonic() + PATIENCE
        while (folder / "master.log").read_text().count("Registering worker") < workers:
            if master.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"not all of the cluster is there: {folder}/*.log say why")
            time.sleep(0.2)
        yield url
