"""The demo content: who there is, what they wrote, and what others said to it."""

from dataclasses import dataclass
from inspect import cleandoc


@dataclass(frozen=True)
class Draft:
    author: str
    title: str
    description: str
    tags: tuple[str, ...]
    body: str

    def payload(self) -> dict[str, object]:
        return {
            "title": self.title,
            "description": self.description,
            "body": cleandoc(self.body),
            "tagList": list(self.tags),
        }


USERS = {
    "marina": "Marine biologist. Counts fish for a living, and writes when the boat is in the harbour.",
    "tomas.reef": "Runs databases by day, reef tanks by night.",
    "ines_tide": "Sails, draws maps, and keeps a log of both.",
    "oluwaseun": "Distributed systems, slowly explained.",
    "yuki": "料理と海。 Cooking, mostly from the sea.",
}

FOLLOWS = {
    "marina": ["tomas.reef", "ines_tide"],
    "tomas.reef": ["oluwaseun", "marina"],
    "ines_tide": ["marina", "yuki"],
    "oluwaseun": ["tomas.reef"],
    "yuki": ["marina", "ines_tide", "oluwaseun"],
}

ARTICLES = [
    Draft(
        "marina",
        "Why fish swim in shoals",
        "Three rules, no leader, and a very good defence.",
        ("biology", "shoals"),
        """
        Nobody gives orders in a shoal. Every fish follows three rules:

        1. **Keep your distance** from the ones that are too close.
        2. **Turn** the way your neighbours turn.
        3. **Stay near** the middle of those you can see.

        That is all. From it comes a body of ten thousand animals that splits around a shark and closes
        behind it, as if it had been planned.

        > The shoal is not in any one fish. It is between them.
        """,
    ),
    Draft(
        "marina",
        "Counting herring without catching any",
        "An echo sounder, a grid, and patience.",
        ("biology", "methods"),
        """
        We sail a grid and listen. The echo of a herring is mostly its swim bladder, so the strength of the
        returned sound tells how many there are:

        | depth | echo | fish per hectare |
        | ----- | ---- | ---------------- |
        | 20 m  | weak | 300 |
        | 60 m  | strong | 9,500 |
        | 120 m | none | 0 |

        Once a day we do put out a small net, to learn *whom* we are counting.
        """,
    ),
    Draft(
        "marina",
        "The night the plankton rose",
        "The largest migration on Earth happens every evening.",
        ("biology", "plankton"),
        """
        At dusk the sounder shows a false sea floor at 400 metres, and then the floor starts to climb.

        It is alive: krill, lanternfish and jellies, coming up to eat in the dark and sinking again before
        sunrise. In the second world war it was taken for an island that nobody could find.
        """,
    ),
    Draft(
        "marina",
        "A field guide to small silver fish",
        "Sprat, herring, sardine or anchovy? Look at the belly.",
        ("biology", "guides"),
        """
        All of them are small, silver and in a hurry. Still:

        - **Sprat**: a belly with a sharp, saw-like edge.
        - **Herring**: a smooth belly, and the back fin starts *before* the belly fins.
        - **Sardine**: fine lines that fan out on the gill cover.
        - **Anchovy**: a mouth that goes on past the eye, as if surprised.
        """,
    ),
    Draft(
        "marina",
        "What sound does to a shoal",
        "Ships are loud, and fish listen with their whole body.",
        ("biology", "shoals", "sound"),
        """
        A lateral line feels what ears would hear. When a ferry passes, the distance between fish shrinks by
        a third, and it takes them *eleven minutes* to let go of each other again.

        With slow ships: two minutes. It is the cheapest conservation measure that I know of.
        """,
    ),
    Draft(
        "tomas.reef",
        "An index is a promise about order",
        "What a B-tree gives you, and what it costs on every write.",
        ("databases", "postgres"),
        """
        Ask for the newest twenty articles and there are two ways to answer: read them all and sort, or have
        them sorted already.

        ```sql
        CREATE INDEX articles_newest ON articles (created_at DESC, id DESC);
        ```

        The second column matters. Two rows of one millisecond need an order, too, or a page shows one of
        them twice and the next one not at all.
        """,
    ),
    Draft(
        "tomas.reef",
        "Your database will restart",
        "Plan for it once, and stop being woken up by it.",
        ("databases", "reliability"),
        """
        Not *may*. **Will**: for a patch, a disk, a cable.

        - Check a pooled connection before you use it.
        - Put a limit on the wait for a new one.
        - Answer `503` with `Retry-After`, and mean it.

        Then pull the plug on a Tuesday morning, with coffee, while everyone is there.
        """,
    ),
    Draft(
        "tomas.reef",
        "Cycling a reef tank in forty days",
        "Nitrogen does not care about your plans for the weekend.",
        ("reef", "guides"),
        """
        1. Salt, rock, water, heat. No animals.
        2. Ammonia rises. Wait.
        3. Nitrite rises. Wait more.
        4. Both are at zero, and there is nitrate: *now* buy a snail.

        The fish come last. Every tank that I lost, I lost by doing step five on day ten.
        """,
    ),
    Draft(
        "tomas.reef",
        "Counting is expensive",
        "The number beside the list can cost more than the list.",
        ("databases", "performance"),
        """
        A page reads twenty rows. The number of all matches reads *everything*.

        Often you know it without asking: when a page comes back short, it was the last one, and the count
        is the offset plus what you got. That single `if` halved the load of our list.
        """,
    ),
    Draft(
        "tomas.reef",
        "The cleaner shrimp's protocol",
        "A handshake between species, observed at 60 centimetres.",
        ("reef", "biology"),
        """
        The shrimp waves. The fish stops, opens its gills and turns pale: *ready*. The shrimp climbs on,
        works, and leaves when the fish shivers: *done*.

        Request, accept, transfer, close. Nobody gets eaten, which is more than can be said of some of our
        APIs.
        """,
    ),
    Draft(
        "ines_tide",
        "Reading a tide table",
        "The moon does the work. You do the sums.",
        ("sailing", "guides"),
        """
        The *rule of twelfths* is good enough to keep your keel off the sand:

        | hour | 1 | 2 | 3 | 4 | 5 | 6 |
        | ---- | - | - | - | - | - | - |
        | rise | 1/12 | 2/12 | 3/12 | 3/12 | 2/12 | 1/12 |

        Half of the water moves in the two hours in the middle. Plan to be elsewhere.
        """,
    ),
    Draft(
        "ines_tide",
        "Maps that admit what they do not know",
        "In praise of the blank space on a chart.",
        ("maps", "sailing"),
        """
        Old charts left the unsounded parts white. Newer ones fill them in, smoothly, with numbers that
        nobody ever measured.

        I draw mine in two inks: *black* for what I have seen, *grey* for what I was told. It is humbling
        how much of home is grey.
        """,
    ),
    Draft(
        "ines_tide",
        "Log: three days of fog",
        "What you hear when you cannot see.",
        ("sailing", "log"),
        """
        **Day 1.** Fog. A bell to starboard, or to port.

        **Day 2.** Fog. We talk softly, as if it were asleep.

        **Day 3.** A wind, at last. The bell turns out to be a buoy, two hundred metres away. It had been
        counting us all along.
        """,
    ),
    Draft(
        "ines_tide",
        "Five knots are enough",
        "Everything else is decoration.",
        ("sailing", "guides"),
        """
        - *Bowline*: a loop that holds and still opens.
        - *Clove hitch*: quick, for a while.
        - *Figure eight*: a stop at the end.
        - *Sheet bend*: two ropes that do not match.
        - *Round turn and two half hitches*: for what you want to find again tomorrow.
        """,
    ),
    Draft(
        "ines_tide",
        "The lighthouse that moved",
        "Fifteen metres inland, on rails, in one piece.",
        ("maps", "history"),
        """
        The cliff came closer every winter, so they put the lighthouse on rails and pushed. Three weeks,
        four jacks, and a clerk who walked beside it with a bucket, in case.

        The charts of that year show it twice. Both were right, once.
        """,
    ),
    Draft(
        "oluwaseun",
        "At least once, and the second time for free",
        "Why receivers should not mind hearing things twice.",
        ("distributed-systems", "events"),
        """
        *Exactly once* is a thing that you build, out of two that you can have:

        - delivery **at least once**, and
        - a receiver for which **twice is the same as once**.

        Give every change a version. Apply it only if it is newer:

        ```sql
        ON CONFLICT (id) DO UPDATE SET ... WHERE authors.version < excluded.version
        ```

        Order, repeats and two receivers at a time stop to matter in one line.
        """,
    ),
    Draft(
        "oluwaseun",
        "Write the message in the same transaction",
        "The outbox, in one page.",
        ("distributed-systems", "events", "databases"),
        """
        Commit, then publish: crash between the two, and nobody hears of it. Publish, then commit: crash,
        and they heard of what never happened.

        So the message is a *row*, written with the change it tells of. Something else carries rows to the
        stream, and deletes them once they have arrived. That something may crash as it likes.
        """,
    ),
    Draft(
        "oluwaseun",
        "Timeouts are a conversation",
        "The inner one must give up first.",
        ("distributed-systems", "reliability"),
        """
        If the caller waits for two seconds and the callee works for three, the work is done and nobody is
        there to take it.

        Count from the outside in: browser 10 s, gateway 5 s, service 3 s, database 1 s. Each leaves the one
        around it a moment to say *sorry* properly.
        """,
    ),
    Draft(
        "oluwaseun",
        "Read your own writes",
        "The smallest promise that users notice when it is broken.",
        ("distributed-systems", "consistency"),
        """
        I press *Save*. I look. It is the old text.

        Nothing is lost, the copy is only 40 ms behind. But I have pressed *Save* again by now, and I will
        never trust that button any more. Hold the answer back until the copy has it. Forty milliseconds are
        cheaper than trust.
        """,
    ),
    Draft(
        "oluwaseun",
        "Three replicas, one opinion",
        "A quorum explained with a dinner invitation.",
        ("distributed-systems",),
        """
        Three friends, one question: *fish or pasta?* As soon as two say fish, it is fish, and the third will
        learn of it at the table.

        With two friends, one who does not pick up the phone is enough to stay hungry. That is the whole
        reason for odd numbers.
        """,
    ),
    Draft(
        "yuki",
        "だし: stock in ten minutes",
        "Two ingredients, and the patience not to boil them.",
        ("cooking", "guides"),
        """
        1. 昆布 (kombu), 10 g, in a litre of cold water. Warm it slowly.
        2. Just *before* it boils: take it out.
        3. A handful of 鰹節 (bonito flakes). Off the heat. Two minutes.
        4. Strain. Do not press.

        The kitchen now smells like a harbour on a good day.
        """,
    ),
    Draft(
        "yuki",
        "Grilled sardines, and nothing else",
        "Salt, fire, lemon.",
        ("cooking", "summer"),
        """
        Salt them twenty minutes before. Let the coals go *grey*. Three minutes on one side, two on the
        other, and do not touch them in between: a sardine lets go of the grill when it is ready.

        Lemon. Bread. Neighbours.
        """,
    ),
    Draft(
        "yuki",
        "How to buy a fish",
        "Look it in the eye.",
        ("cooking", "guides"),
        """
        - Eyes: clear and round, not flat.
        - Gills: red, not brown.
        - Smell: of the sea, *not of fish*.
        - The person who sells it: ask what they would take home. Buy that.
        """,
    ),
    Draft(
        "yuki",
        "Seaweed is not a garnish",
        "Five kinds for the cupboard.",
        ("cooking", "seaweed"),
        """
        | name | for |
        | ---- | --- |
        | kombu | stock |
        | wakame | soup, salad |
        | nori | wrapping, toasting |
        | hijiki | simmering |
        | dulse | eating while you look for the others |
        """,
    ),
    Draft(
        "yuki",
        "What I cook when the boat is late",
        "Rice, an egg, and whatever the jar says.",
        ("cooking", "log"),
        """
        Hot rice. A raw egg into the middle of it, soy sauce around it, stir until it shines. On top: pickles,
        if there are any, and the last of the nori.

        The boat was four hours late. *It was a good evening all the same.*
        """,
    ),
]

COMMENTS = [
    (
        "Why fish swim in shoals",
        "oluwaseun",
        "Three rules, no leader. I wish that our clusters were as simple.",
    ),
    ("Why fish swim in shoals", "yuki", "And I thought that they were just friends."),
    ("Counting herring without catching any", "tomas.reef", "So the swim bladder is an index. Lovely."),
    ("The night the plankton rose", "ines_tide", "I have seen that island on a chart of 1944!"),
    ("An index is a promise about order", "oluwaseun", "The tie-break is the part that everyone forgets."),
    ("Your database will restart", "marina", "Read this on the boat. The router restarted. Point taken."),
    ("Cycling a reef tank in forty days", "marina", "Day ten is when they call me. Every time."),
    ("Reading a tide table", "yuki", "I was on the sand. I should have read this first."),
    ("Log: three days of fog", "oluwaseun", "The buoy as a health check. I will steal that."),
    ("At least once, and the second time for free", "tomas.reef", "One line of SQL, ten years of incidents."),
    ("Read your own writes", "ines_tide", "I press it three times, to be sure."),
    ("だし: stock in ten minutes", "marina", "Made it in the galley. *Everyone* came to look."),
    ("How to buy a fish", "marina", "As the person who counts them: thank you for point three."),
    ("What I cook when the boat is late", "ines_tide", "Sorry about that. There was fog."),
]
