"""Gives people access to the admin: ``manage.py staff add NAME --role operator``, ``staff list``."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from rewards.staff import operations as staff
from rewards.staff.errors import StaffError


class Command(BaseCommand):
    """Reads the arguments and the password, and makes one call into the stage."""

    help = "Make a user of the admin with a role (viewer, operator, approver), or list who has which."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="make a user, or change the roles and password of one")
        add.add_argument("name", help="as the change log will have it")
        add.add_argument(
            "--role", action="append", required=True, help="viewer, operator or approver; may be repeated"
        )
        add.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
        add.add_argument("--email", help="where notices are mailed to; empty takes it away")
        actions.add_parser("list", help="who can sign in, with which roles and address")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["action"] == "list":
            self._list()
            return
        name, roles = options["name"], options["role"]
        try:
            staff.put_user(
                name=name,
                roles=roles,
                password=self._password(options["password_stdin"]),
                email=options["email"],
            )
        except StaffError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{name} can sign in at /admin/ as {' and '.join(sorted(set(roles)))}.")

    def _password(self, from_stdin: bool) -> str:  # noqa: FBT001 (it comes from the command line)
        if from_stdin:
            return sys.stdin.readline().rstrip("\n")
        try:
            return getpass.getpass("Password: ")
        except EOFError as error:
            raise CommandError(
                "There is no terminal to type a password at. Nothing was changed; --password-stdin reads one."
            ) from error

    def _list(self) -> None:
        users = User.objects.filter(is_staff=True).prefetch_related("groups").order_by("username")
        if not users:
            self.stdout.write("Nobody yet; staff add NAME --role ROLE lets somebody in.")
        for user in users:
            roles = " and ".join(sorted(group.name for group in user.groups.all())) or "no role"
            state = "" if user.is_active else ", may no longer sign in"
            may = "superuser" if user.is_superuser else roles
            email = f", {user.email}" if user.email else ""
            self.stdout.write(f"{user.username}: {may}{email}{state}")
