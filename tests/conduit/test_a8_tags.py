"""A8: tags."""

from tests.conduit.client import Client, Member, unique


def test_a_fresh_tag_is_listed_at_once_and_each_once(anyone: Client, jane: Member, carl: Member) -> None:
    tags = [unique("fresh") for _ in range(3)]
    for member in (jane, carl):
        member.publish(tagList=tags)
    listed = anyone.tags()
    assert set(tags) <= set(listed)
    assert len(listed) == len(set(listed))


def test_no_cap_leaves_a_tag_out(anyone: Client, jane: Member) -> None:
    tags = [unique("capped") for _ in range(150)]
    jane.publish(tagList=tags)
    slug = jane.publish(tagList=tags[:5])["slug"]
    assert set(tags) <= set(anyone.tags())
    assert anyone.article(slug)["tagList"] == tags[:5]


def test_tags_of_an_edit_are_listed(anyone: Client, jane: Member) -> None:
    before, after = unique("before"), unique("after")
    slug = jane.publish(tagList=[before])["slug"]
    jane.edit(slug, tagList=[after])
    assert after in anyone.tags()


def test_tags_need_no_token_and_mind_none(anyone: Client, jane: Member) -> None:
    assert anyone.tags() == jane.tags()
