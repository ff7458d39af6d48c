-- Labelers whose answers are copies of each other's name the same one, which may be themselves: the group weighs as one.
alter table labeler_skill add column copy_of uuid;
