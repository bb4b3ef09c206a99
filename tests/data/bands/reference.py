"""What the bands' closed forms give, computed with numpy alone: writes cells.csv (made up) and answers.csv beside itself.

    python reference.py

cells.csv: cells of 40 users and 16 interests as src/forecast/bands/cell.rs has them, and the share that was seen.
answers.csv: for each cell the corrected share, the scale around it, and the limits at 50, 80 and 95 %.
"""
import csv, os
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
USERS, K = 40, 16
NAMES = 'user share last_share expected_events last_events active_periods silence roughness seen'.split()


def make():
    rng, rows = np.random.default_rng(3), []
    for user in range(USERS):
        e = round(float(np.exp(rng.normal(3, 1))), 3)
        n1 = float(max(1, rng.poisson(e)))
        a, d = int(rng.integers(1, 20)), int(rng.integers(1, 6))
        rho = round(float(np.exp(rng.normal(-3, .4))), 4)
        p = rng.dirichlet(np.full(K, .4)) * .95 + .05 / K
        true = rng.dirichlet(p * 25)
        n = max(1, rng.poisson(e))
        seen, last = rng.multinomial(n, true) / n, rng.multinomial(int(n1), true) / n1
        for k in range(K):
            rows.append([user, round(float(p[k]), 5), round(float(last[k]), 5), e, n1, a, d, rho, round(float(seen[k]), 5)])
    return rows


def numbers(c, p):
    """The 11 numbers of the scale, of cells `c` around the shares `p`."""
    E, L, G = np.log(c['expected_events'] / 20), np.log(p / (1 - p)) + 2.7, np.log(c['roughness'] / .05)
    a, d, n = np.log(c['active_periods'] / 6), np.log(c['silence']), np.log(c['last_events'] / c['expected_events'])
    return np.stack([np.ones(len(p)), E, L, L * L, E * E, E * L, G, a, d, G * E, n], 1)


def unit(c, p):
    return p * (1 - p) * (1 / c['expected_events'] + .05)


def fit_scale(c, p, y):
    X, v = numbers(c, p), unit(c, p)
    ratio, b = (y - p) ** 2 / v, np.zeros(X.shape[1])
    b[0] = np.log(ratio.mean())
    H = X.T @ X + 100 * np.eye(len(b))
    for _ in range(30):
        g = X.T @ (np.minimum(ratio / np.exp(X @ b), 50) - 1) - 100 * np.r_[0, b[1:]]
        step = np.clip(np.linalg.solve(H, g), -.5, .5)
        b = b + step
        if np.abs(step).max() < 1e-4:
            break
    return b


def scale(c, p, b):
    return np.sqrt(unit(c, p) * np.exp(numbers(c, p) @ b))


def location_numbers(c, p):
    E, L = np.log(c['expected_events'] / 20), np.log(p / (1 - p)) + 2.7
    a, d, J = np.log(c['active_periods'] / 6), np.log(c['silence']), np.sqrt(c['last_share']) - np.sqrt(p)
    return np.stack([np.ones(len(p)), L, L * E, L * a, L * d, L * L, E, J, J * E], 1)


def fit(c):
    """Centre, scale and quantiles of what is left, as functions of other cells. 40 users are one stratum."""
    p, y = np.clip(c['share'], 1e-4, 1 - 1e-4), c['seen']
    b0 = fit_scale(c, p, y)
    s = scale(c, p, b0)
    A = location_numbers(c, p)
    g = np.linalg.solve(A.T @ A + 300 * np.eye(A.shape[1]), A.T @ ((y - p) / s))
    def centre(c):
        p = np.clip(c['share'], 1e-4, 1 - 1e-4)
        return np.clip(p + scale(c, p, b0) * (location_numbers(c, p) @ g), .3 * p, 1 - 1e-4)
    m = centre(c)
    b = fit_scale(c, m, y)
    z = np.sort((y - m) / scale(c, m, b))
    table = z[(2 * np.arange(400) + 1) * len(z) // 800]
    return centre, lambda c, m: scale(c, m, b), table


def band(m, s, share, table, nominal):
    """Straight lines between the middles of 400 equal parts; widened to hold the share."""
    middles = (np.arange(400) + .5) / 400
    low, high = (np.clip(m + s * np.interp(t, middles, table), 0, 1) for t in ((1 - nominal) / 2, (1 + nominal) / 2))
    return np.minimum(low, share), np.maximum(high, share)


def answers(rows):
    c = {name: np.array([row[at] for row in rows], float) for at, name in enumerate(NAMES)}
    y = c['seen']
    # The nominal level that each cell needs, by bisection, where the fit is from the other four fifths of the users; no
    # group of activity has 30 users.
    need = np.empty(len(y))
    for part in range(5):
        own = c['user'] % 5 == part
        mine, others = {k: v[own] for k, v in c.items()}, {k: v[~own] for k, v in c.items()}
        centre, spread, table = fit(others)
        m = centre(mine)
        s, low, high = spread(mine, m), np.zeros(len(m)), np.ones(len(m))
        for _ in range(50):
            mid = (low + high) / 2
            l, u = band(m, s, mine['share'], table, mid)
            held = (l - 1e-12 <= mine['seen']) & (mine['seen'] <= u + 1e-12)
            low, high = np.where(held, low, mid), np.where(held, mid, high)
        need[own] = high
    need.sort()
    nominal = {v: need[int(np.ceil(v / 100 * len(need) * (1 + 1 / USERS) - 1e-9)) - 1] for v in (50, 80, 95)}
    centre, spread, table = fit(c)
    m = centre(c)
    s = spread(c, m)
    return np.stack([m, s, *(x for v in (50, 80, 95) for x in band(m, s, c['share'], table, nominal[v]))], 1).tolist()


rows = make()
with open(f'{HERE}/cells.csv', 'w', newline='') as f:
    csv.writer(f, lineterminator='\n').writerows([NAMES] + rows)
head = 'centre scale lower_50 upper_50 lower_80 upper_80 lower_95 upper_95'.split()
with open(f'{HERE}/answers.csv', 'w', newline='') as f:
    csv.writer(f, lineterminator='\n').writerows([head] + [[f'{x:.7g}' for x in row] for row in answers(rows)])
