# The same GPT and the same step as benchmarks/MaaS.Benchmarks/Training/PlainGpt.cs, in PyTorch; prints tokens per second.
# python3 gpt.py THREADS LAYERS HEADS WIDTH CONTEXT VOCABULARY BATCH STEPS
# Runs on PyTorch 1.13 (Debian 12) too, which has no scaled_dot_product_attention: attention is then written out.
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

threads, layers, heads, width, context, vocabulary, batch, steps = map(int, sys.argv[1:9])
torch.set_num_threads(threads)
torch.manual_seed(1)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.layer_norm(x, (width,), self.weight)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.mlp_norm = Norm(), Norm()
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.mlp_in = nn.Linear(width, 4 * width, bias=False)
        self.mlp_out = nn.Linear(4 * width, width, bias=False)
        self.register_buffer("later", torch.ones(context, context, dtype=torch.bool).triu(1))

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (part.view(b, t, heads, c // heads).transpose(1, 2) for part in self.query_key_value(self.attention_norm(x)).split(c, dim=2))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) * (c // heads) ** -0.5
            y = scores.masked_fill(self.later[:t, :t], float("-inf")).softmax(-1) @ v
        x = x + self.attention_out(y.transpose(1, 2).contiguous().view(b, t, c))
        return x + self.mlp_out(F.gelu(self.mlp_in(self.mlp_norm(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
        self.norm = Norm()

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        return F.linear(self.norm(self.blocks(x)), self.tokens.weight)


network = Gpt()
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1)
text = torch.randint(vocabulary, (100_000,))
seconds = []
for step in range(steps + 5):
    began = time.perf_counter()
    places = torch.randint(len(text) - context - 1, (batch,))
    inputs = torch.stack([text[place:place + context] for place in places])
    targets = torch.stack([text[place + 1:place + 1 + context] for place in places])
    loss = F.cross_entropy(network(inputs).view(-1, vocabulary), targets.view(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    if step >= 5:
        seconds.append(time.perf_counter() - began)
print(batch * context / statistics.median(seconds))
