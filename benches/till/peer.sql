-- The tables of the till as Regulars has them, and one function that does all that a request asks for in one round trip.

CREATE TABLE campaign (id bigint PRIMARY KEY, slug text NOT NULL, name text NOT NULL, gift_name text NOT NULL, state text NOT NULL,
                       starts date NOT NULL, claim_until date);
CREATE TABLE recipient (id bigint PRIMARY KEY, campaign_id bigint NOT NULL REFERENCES campaign, ref text NOT NULL,
                        name text NOT NULL, code text UNIQUE);
CREATE TABLE till_token (id bigint PRIMARY KEY, hash bytea NOT NULL UNIQUE, till text NOT NULL, revoked_on date);

CREATE TABLE redemption (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, recipient_id bigint NOT NULL REFERENCES recipient,
                         redeemed_on date NOT NULL, redeemed_at timestamp NOT NULL, spend_minor bigint NOT NULL,
                         till text NOT NULL, receipt text NOT NULL, undone_at timestamp);
CREATE UNIQUE INDEX redemption_once ON redemption (recipient_id) WHERE undone_at IS NULL;
CREATE INDEX redemption_day ON redemption (redeemed_on);

CREATE TABLE redemption_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, recipient_id bigint REFERENCES recipient,
                               code text NOT NULL, outcome text NOT NULL, at timestamp NOT NULL, on_day date NOT NULL,
                               spend_minor bigint, till text NOT NULL, reason text NOT NULL DEFAULT '', request text);
CREATE UNIQUE INDEX redemption_event_request ON redemption_event (request) WHERE request IS NOT NULL;
CREATE INDEX redemption_event_recipient ON redemption_event (recipient_id);
CREATE INDEX redemption_event_day ON redemption_event (on_day);

CREATE TABLE till_answer (token_id bigint NOT NULL REFERENCES till_token, key text NOT NULL, request bytea NOT NULL,
                          status integer NOT NULL, body text NOT NULL, recipient_id bigint REFERENCES recipient,
                          at timestamp NOT NULL, PRIMARY KEY (token_id, key));
CREATE INDEX till_answer_recipient ON till_answer (recipient_id);
CREATE INDEX till_answer_at ON till_answer (at);

CREATE FUNCTION redeem(asked_token bytea, asked_key text, asked bytea, asked_code text, spend bigint, asked_receipt text,
                       OUT status integer, OUT body text) LANGUAGE plpgsql AS $$
DECLARE
    token till_token; answer till_answer; letter record; stands redemption; moment timestamp := localtimestamp;
    outcome text; number bigint;
BEGIN
    SELECT * INTO token FROM till_token t WHERE t.hash = asked_token AND t.revoked_on IS NULL;
    IF NOT FOUND THEN status := 401; body := '{}'; RETURN; END IF;
    SELECT * INTO answer FROM till_answer a WHERE a.token_id = token.id AND a.key = asked_key;
    IF FOUND THEN
        IF answer.request = asked THEN status := answer.status; body := answer.body; ELSE status := 422; body := '{}'; END IF;
        RETURN;
    END IF;
    SELECT r.id, r.ref, r.name, r.code, c.slug, c.gift_name, c.starts, c.claim_until, c.state INTO letter
        FROM recipient r JOIN campaign c ON c.id = r.campaign_id WHERE r.code = asked_code;
    IF NOT FOUND THEN
        outcome := 'unknown'; status := 404;
    ELSIF letter.state = 'void' THEN
        outcome := 'void'; status := 409;
    ELSE
        IF moment::date < letter.starts THEN outcome := 'not_yet'; status := 409;
        ELSIF moment::date > letter.claim_until THEN outcome := 'expired'; status := 409;
        ELSE
            INSERT INTO redemption (recipient_id, redeemed_on, redeemed_at, spend_minor, till, receipt)
                VALUES (letter.id, moment::date, moment, coalesce(spend, 0), token.till, asked_receipt)
                ON CONFLICT (recipient_id) WHERE undone_at IS NULL DO NOTHING RETURNING id INTO number;
            IF number IS NULL THEN outcome := 'already_redeemed'; status := 409; ELSE outcome := 'accepted'; status := 201; END IF;
        END IF;
        SELECT * INTO stands FROM redemption d WHERE d.recipient_id = letter.id AND d.undone_at IS NULL;
    END IF;
    INSERT INTO redemption_event (recipient_id, code, outcome, at, on_day, spend_minor, till)
        VALUES (letter.id, asked_code, outcome, moment, moment::date, spend, token.till);
    body := json_build_object('outcome', outcome, 'code', letter.code, 'ref', letter.ref, 'name', letter.name,
        'campaign', letter.slug, 'gift', letter.gift_name, 'redeemed_on', stands.redeemed_on, 'redeemed_at', stands.redeemed_at,
        'till', stands.till, 'spend_minor', stands.spend_minor, 'valid', json_build_array(letter.starts, letter.claim_until),
        'redemption', number)::text;
    DELETE FROM till_answer a WHERE a.at < moment - interval '2 days';
    INSERT INTO till_answer (token_id, key, request, status, body, recipient_id, at)
        VALUES (token.id, asked_key, asked, status, body, letter.id, moment);
END $$;
