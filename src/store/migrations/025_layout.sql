-- Which way of setting letters a plan was made for: where the program has another, lines may break elsewhere than in a proof
-- from then. Plans from before it was kept have 1; a past campaign, whose letters are not ours, has 0.
ALTER TABLE campaign ADD COLUMN layout INTEGER NOT NULL DEFAULT 1;
