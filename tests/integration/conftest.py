"""What files of integration tests share."""

from collections.abc import Iterator

import pytest

from tests.support.region import Region, both_answering, region


@pytest.fixture(scope="session")
def lasting() -> Iterator[Region]:
    """A region for tests that each lose a topic. They are in the group ``last``, so there is one."""
    with region() as made:
        made.start_all()
        yield made


@pytest.fixture(scope="session")
def paired() -> Iterator[Region]:
    """新蔡 and 义乌 paired, both answering HTTP. One of them: tests/conftest.py puts whoever uses it into one group."""
    with both_answering() as made:
        yield made
