-- Allowances that channels share belong to no workspace: only the poller sees them.
grant select, insert, update, delete on poll_budget to answerback_system;
