"""People and their roles. A role is held for one Party or for one support centre, from a day, until a day."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from biosetu.centre.accounts.subjects import PRIMARY, subjects
from biosetu.centre.wording import gettext, language, lazy_text
from biosetu.framework import centres, coverage, find_party
from biosetu.translation import LANGUAGES, N_

UNKNOWN = "unknown"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their user name."""

    def open(self, *, username: str, password: str | None = None, name: str = "") -> Account:
        """Make an account; without password nobody can sign in to it."""
        account = self.model(username=username, name=name)
        account.set_password(password)
        account.full_clean(exclude=["password"])
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A person who can sign in."""

    username = models.CharField(
        lazy_text(N_("User name")), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, choices=list(LANGUAGES.items()), default="en")
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.username


class RoleName(models.TextChoices):
    """The roles that are held; whoever holds none is public."""

    CONTRIBUTOR = "contributor", lazy_text(N_("contributor"))
    OFFICER = "officer", lazy_text(N_("officer"))
    MANAGER = "manager", lazy_text(N_("centre manager"))
    FOCAL_POINT = "focal_point", lazy_text(N_("focal point"))
    PUBLISHING_AUTHORITY = "publishing_authority", lazy_text(N_("publishing authority"))
    COMMUNITY = "community", lazy_text(N_("Indigenous or local community organization"))
    OBSERVER = "observer", lazy_text(N_("observer"))


class RoleQuerySet(models.QuerySet["Role"]):
    """Roles, by whether they hold today."""

    def current(self) -> RoleQuerySet:
        """Return the roles that hold today."""
        today = timezone.localdate()
        return self.filter(since__lte=today).filter(Q(until__isnull=True) | Q(until__gte=today))

    def endorsing(self) -> RoleQuerySet:
        """Return the roles of focal points who endorse for their Party (data/focal_points.csv)."""
        wanted = Q(pk__in=[])
        for code, subject in subjects().items():
            named = Q(subject__in=(code, "")) if code == PRIMARY else Q(subject=code)
            wanted |= named & Q(deputy__in=[one for one in (False, True) if subject.lets_endorse(deputy=one)])
        return self.filter(wanted, role=RoleName.FOCAL_POINT)


class Role(models.Model):
    """A person is contributor or officer for one Party or for one centre; `office` signs what they validate.

    A focal point has a `subject` (data/focal_points.csv) and may be the `deputy` of another.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=RoleName.choices)
    party = models.CharField(max_length=3, blank=True)
    centre = models.CharField(max_length=40, blank=True)
    office = models.CharField(max_length=200)
    subject = models.CharField(max_length=30, blank=True)
    deputy = models.BooleanField(default=False)
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(party="") ^ Q(centre=""), name="role_for_one_party_or_one_centre"),
            models.CheckConstraint(
                condition=Q(role="focal_point") | Q(subject="", deputy=False), name="subject_of_focal_points_alone"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.party or self.centre}"

    def covered(self) -> frozenset[str]:
        """Return the Parties (ISO3) that the role reaches: its own, or those that its centre serves."""
        if self.party:
            return frozenset({self.party})
        return frozenset(row.party for row in coverage() if row.centre == self.centre and row.certainty != UNKNOWN)

    @property
    def endorses(self) -> bool:
        """Return whether who holds it endorses for the Party; without a subject it is the national focal point's."""
        known = subjects().get(self.subject or PRIMARY)
        return self.role == RoleName.FOCAL_POINT and known is not None and known.lets_endorse(deputy=self.deputy)

    @property
    def place(self) -> str:
        """Return the name of the Party or centre in the page's language."""
        if self.party:
            return find_party(self.party).name(language())
        named = centres()[self.centre]
        return named.name_ar if language() == "ar" and named.name_ar else named.name_en


class Notice(models.Model):
    """Something that happened and concerns a person: a marked text, its values, and where it leads."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    message = models.CharField(max_length=300)
    values = models.JSONField(default=dict)
    address = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)
    read = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["account", "read", "-at"], name="notice_unread"),)

    def __str__(self) -> str:
        return str(gettext(self.message) % self.values)


def roles_of(account: Account) -> list[Role]:
    """Return the roles that an account holds today, oldest first."""
    return list(account.roles.current().order_by("since", "pk"))
