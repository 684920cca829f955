"""What an answer owes whoever asks strange things."""

import httpx

from api.app import create_app
from library.errors import refusals

LONGEST = 5000  # bytes of a problem document


def wrong_with(answer: httpx.Response) -> str:
    """What is wrong with it; empty when it is a good answer: no server error, and a refusal says why, with a code, in
    both languages.
    """
    assert create_app.__doc__  # importing the application has imported every refusal
    if answer.status_code >= 500:
        return f"a server error: {answer.status_code} {answer.text[:200]}"
    if answer.status_code < 400 or answer.request.method == "HEAD" or answer.status_code == 416:
        return ""
    if "problem+json" in answer.headers.get("content-type", ""):
        said = answer.json()
        if len(answer.content) > LONGEST:
            return f"a problem that repeats what was sent: {answer.text[:200]}"
        codes = {kind.code for kind in refusals()}
        whole = said["code"] in codes and said["vi"] and said["en"] and said["status"] == answer.status_code
        return "" if whole else f"a problem without its words: {answer.text[:200]}"
    return (
        ""
        if "text/html" in answer.headers.get("content-type", "") and "<main" in answer.text
        else f"no problem document: {answer.text[:200]}"
    )
