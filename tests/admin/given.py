"""People of each role, signed in."""

import html
import re
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils.html import strip_tags


def signed_in(role: str, *, name: str = "olga") -> Client:
    """A browser in which somebody of a role is signed in."""
    user = User.objects.create(username=name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    """What a page of ours says, without its tags and the frame around it."""
    body = response.content.decode().partition('<div class="hf">')[2]
    parted = re.sub(r"(</(?:button|dd|dt|h\d|label|li|option|p|summary|td|th)>)", r" \1", body)
    return re.sub(r"\s+", " ", html.unescape(strip_tags(parted))).strip()
