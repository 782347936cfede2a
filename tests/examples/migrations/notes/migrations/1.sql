create table notes (text);
