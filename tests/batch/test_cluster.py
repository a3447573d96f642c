"""The batch on a real Ray cluster of two machines, of which one is lost in the middle."""

import time
from pathlib import Path
from typing import Any

from tests.batch.folders import TIMEOUT_SECONDS, batch, parts, planned, start, wait_for_parts
from tests.batch.test_batch import check_complete


def workers_of(node: Any) -> int:
    """Count the processes of a node that read images."""
    [raylet] = [each.process.pid for each in node.all_processes["raylet"]]
    count = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            name = (status.parent / "cmdline").read_text()
        except OSError:  # it has just ended
            continue
        count += parent == raylet and name.startswith("ray::MapWorker")
    return count


def test_a_lost_machine_costs_no_row(many_images: Path, tmp_path: Path) -> None:
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        stays, dies = (cluster.add_node(num_cpus=1) for _ in range(2))
        target = tmp_path / "target"
        running = start(many_images, target, "--address", cluster.address, "--workers", "2")
        wait_for_parts(running, target, 1)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not (workers_of(stays) and workers_of(dies)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert workers_of(stays) == workers_of(dies) == 1
        assert len(parts(target)) < planned(target)
        cluster.remove_node(dies, allow_graceful=False)
        printed, _ = running.communicate(timeout=TIMEOUT_SECONDS)
        assert running.returncode == 0, printed[-4000:]
        assert "1601 images are read" in printed
        check_complete(target, many_images)
    finally:
        cluster.shutdown()


def test_a_cluster_with_fewer_cores_than_workers_does_it_too(images: Path, tmp_path: Path) -> None:
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        batch(images, tmp_path / "target", "--address", cluster.address, "--workers", "3")
        check_complete(tmp_path / "target", images)
    finally:
        cluster.shutdown()
