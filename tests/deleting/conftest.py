"""The schools of the reviews' tests, on each database; everything a test does is rolled back."""

from tests.reviews.conftest import engine as engine
from tests.reviews.conftest import session as session
