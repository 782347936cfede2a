import pathlib
import sqlite3

done = "create table if not exists done (name primary key)"
with sqlite3.connect("notes.db") as db:
    db.execute(done)
    known = {name for (name,) in db.execute("select name from done")}
    for file in sorted(pathlib.Path("migrations").glob("*.sql")):
        if file.name not in known:
            db.execute(file.read_text())
            db.execute("insert into done values (?)", (file.name,))
            print("done:", file.name)
