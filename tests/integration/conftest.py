"""What files of integration tests share."""

from collections.abc import Iterator

import pytest

from tests.support.region import Region, region


@pytest.fixture(scope="session")
def lasting() -> Iterator[Region]:
    """A region for tests that each lose a topic. They are in the group ``generations``, so there is one."""
    with region() as made:
        made.start_all()
        yield made
