"""Which of very many texts are alike: MinHash finds the candidates, exact Jaccard decides (word 3-shingles, bands of 4 hashes;
Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3). A million rows need files, not memory.
"""
