"""
The addresses of the admin: our pages first, then those that Django makes for tables.

Theirs begin with the name of a stage, such as ``rules/season/``, so none of ours may be ``rules/NAME/``.
"""

from django.urls import URLPattern, URLResolver, path

from rewards.admin import tables
from rewards.admin.site import site
from rewards.admin.views import (
    adjustments,
    appeals,
    audience,
    collectors,
    dashboard,
    drafts,
    fairness,
    flags,
    lists,
    rules,
    series,
    shipments,
    webhooks,
    what_if,
)

app_name = "admin"

for model, pages in tables.PAGES.items():
    site.register(model, pages)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", site.page(dashboard.show), name="index"),
    path("flags/", site.page(flags.show), name="flags"),
    path("flags/<str:slug>/pause/", site.page(flags.pause, needs="pause"), name="pause"),
    path("flags/<str:slug>/resume/", site.page(flags.resume, needs="pause"), name="resume"),
    path("fairness/", site.page(fairness.show), name="fairness"),
    path("fairness/<uuid:key>/decide/", site.page(fairness.decide, needs="judge"), name="fairness_decide"),
    path("notices/<int:notice_id>/seen/", site.page(dashboard.seen), name="notice_seen"),
    path("series/", site.page(series.show_all), name="series"),
    path("series/<str:slug>/", site.page(series.show), name="series_one"),
    *(
        path(
            f"series/<str:slug>/{what}/",
            site.page(series.switch, needs="plan"),
            {"what": what},
            name=f"series_{what}",
        )
        for what in series.DONE
    ),
    path("series/<str:slug>/skip/<int:number>/", site.page(series.skip, needs="plan"), name="series_skip"),
    path(
        "series/<str:slug>/take-back/<int:number>/",
        site.page(series.take_back, needs="plan"),
        name="series_take_back",
    ),
    path("rules/", site.page(rules.show_all), name="rules"),
    path("rule/<str:slug>/", site.page(rules.show), name="rule"),
    path("rule/<str:slug>/edit/", site.page(rules.edit, needs="edit_rules"), name="rule_edit"),
    path("shipments/", site.page(shipments.show_all), name="shipments"),
    path("new-shipment/", site.page(drafts.new, needs="plan"), name="shipment_new"),
    path("shipments/<str:slug>/", site.page(shipments.show), name="shipment"),
    path("shipments/<str:slug>/plan/", site.page(shipments.plan, needs="plan"), name="plan"),
    path("shipments/<str:slug>/approve/", site.page(shipments.approve, needs="approve"), name="approve"),
    path("shipments/<str:slug>/ship/", site.page(shipments.ship, needs="halt"), name="ship"),
    path("shipments/<str:slug>/words/", site.page(shipments.change_words, needs="plan"), name="words"),
    path("shipments/<str:slug>/audience/", site.page(audience.save, needs="plan"), name="audience"),
    path("shipments/<str:slug>/audience/count/", site.page(audience.count), name="audience_count"),
    path("shipments/<str:slug>/progress/", site.page(shipments.progress), name="shipment_progress"),
    path(
        "shipments/<str:slug>/send-back/", site.page(shipments.send_back, needs="send_back"), name="send_back"
    ),
    path("shipments/<str:slug>/cancel/", site.page(shipments.cancel, needs="plan"), name="cancel"),
    path("shipments/<str:slug>/halt/", site.page(shipments.halt, needs="halt"), name="halt"),
    path("shipments/<str:slug>/go-on/", site.page(shipments.go_on, needs="halt"), name="go_on"),
    path("shipments/<str:slug>/retry/", site.page(shipments.retry, needs="halt"), name="retry"),
    path("shipments/<str:slug>/say/", site.page(shipments.say, needs="send_back"), name="say"),
    path("what-if/<str:slug>/", site.page(what_if.show), name="what_if"),
    path("rule/<str:slug>/farm-check/", site.page(what_if.farm_check), name="farm_check"),
    path("adjustments/", site.page(adjustments.show_all), name="adjustments"),
    path("adjustments/write/", site.page(adjustments.write, needs="correct"), name="adjustment_write"),
    path("adjustments/upload/", site.page(adjustments.upload, needs="correct"), name="adjustment_upload"),
    path("adjustments/<int:adjustment_id>/", site.page(adjustments.show), name="adjustment"),
    path(
        "adjustments/<int:adjustment_id>/approve/",
        site.page(adjustments.approve, needs="adjust"),
        name="adjustment_approve",
    ),
    path(
        "adjustments/<int:adjustment_id>/send-back/",
        site.page(adjustments.send_back, needs="adjust"),
        name="adjustment_send_back",
    ),
    path(
        "adjustments/<int:adjustment_id>/cancel/",
        site.page(adjustments.cancel, needs="correct"),
        name="adjustment_cancel",
    ),
    path("appeals/", site.page(appeals.show_all), name="appeals"),
    path("appeals/<int:appeal_id>/", site.page(appeals.show), name="appeal"),
    path("appeals/<int:appeal_id>/answer/", site.page(appeals.answer, needs="answer"), name="appeal_answer"),
    path("collectors/", site.page(collectors.find), name="collectors"),
    path("collectors/<str:address>/", site.page(collectors.show), name="collector"),
    path("cohorts/", site.page(lists.cohorts), name="cohorts"),
    path("cohorts/upload/", site.page(lists.upload, needs="edit_lists"), name="cohort_upload"),
    path("market/", site.page(lists.market), name="market"),
    path("market/custody/", site.page(lists.name_custody, needs="edit_lists"), name="name_custody"),
    path("market/rate/", site.page(lists.name_rate, needs="edit_lists"), name="name_rate"),
    path("webhooks/", site.page(webhooks.show_all), name="webhooks"),
    path("webhooks/<str:name>/", site.page(webhooks.show), name="webhook"),
    path(
        "webhooks/<str:name>/pause/", site.page(webhooks.pause, needs="keep_webhooks"), name="webhook_pause"
    ),
    path(
        "webhooks/<str:name>/resume/",
        site.page(webhooks.resume, needs="keep_webhooks"),
        name="webhook_resume",
    ),
    path(
        "webhooks/<str:name>/replay/",
        site.page(webhooks.replay, needs="keep_webhooks"),
        name="webhook_replay",
    ),
    *site.get_urls(),
]
