-- Read before a workspace is known, like a poll: the system role claims what is due.
grant select, insert, update, delete on feed to answerback_system;
