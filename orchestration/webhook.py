"""Telling another system about an event, if the operator named one.

UNION_WAREHOUSE_WEBHOOK    address that receives a JSON object by POST; unset: nobody is told
"""

import logging
import os
from collections.abc import Mapping

import requests

VARIABLE = "UNION_WAREHOUSE_WEBHOOK"
TIMEOUT_SECONDS = 10

log = logging.getLogger(__name__)


def tell_webhook(event: Mapping[str, object]) -> bool:
    """Send an event; returns whether it was taken. A receiver that does not answer is logged, never raised."""
    address = os.environ.get(VARIABLE)
    if not address:
        return False
    try:
        requests.post(address, json=dict(event), timeout=TIMEOUT_SECONDS).raise_for_status()
    except requests.RequestException as error:
        log.warning("the webhook did not take the event: %s", error)
        return False
    return True
