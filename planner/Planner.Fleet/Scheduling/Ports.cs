namespace Planner.Fleet;

/// <summary>What moves share while they run: slots of hosts, and both directions of links.</summary>
internal sealed class Ports(FleetModel model)
{
    // Rates add up with rounding errors.
    private const double Slack = 1 + 1e-9;

    private readonly int[] _out = new int[model.Hosts];
    private readonly int[] _in = new int[model.Hosts];
    private readonly double[] _up = new double[model.Links];
    private readonly double[] _down = new double[model.Links];

    /// <summary>How often something of a link's way up was given back.</summary>
    public int[] UpReleases { get; } = new int[model.Links];

    public void Clear()
    {
        Array.Clear(_out);
        Array.Clear(_in);
        Array.Clear(_up);
        Array.Clear(_down);
    }

    /// <summary>Whether a host may send one more at all.</summary>
    public bool MaySend(int host) => _out[host] < model.OutSlots[host];

    /// <summary>Whether nothing comes to a host.</summary>
    public bool IsIdle(int host) => _in[host] == 0;

    /// <summary>Whether the narrowest own link of a host has anything left.</summary>
    public bool HasPortLeft(int host)
    {
        foreach (var link in model.LinksOf(host))
        {
            if (!model.IsUplink(link) && _up[link] >= model.LinkCapacity[link] * (1 - 1e-6))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The link of the source on which a move has to wait; -1 for none.</summary>
    public int BusyUp(int from, int to, double rate)
    {
        foreach (var link in model.LinksOf(from))
        {
            if (model.Passes(link, to) && _up[link] + rate > model.LinkCapacity[link] * Slack)
            {
                return link;
            }
        }

        return -1;
    }

    /// <summary>Whether the way into a host has room for a move.</summary>
    public bool MayReceive(int from, int to, double rate)
    {
        if (_in[to] >= model.InSlots[to])
        {
            return false;
        }

        foreach (var link in model.LinksOf(to))
        {
            if (model.Passes(link, from) && _down[link] + rate > model.LinkCapacity[link] * Slack)
            {
                return false;
            }
        }

        return true;
    }

    public void Take(int from, int to, double rate) => Use(from, to, rate, 1);

    public void Release(int from, int to, double rate)
    {
        Use(from, to, -rate, -1);
        foreach (var link in model.LinksOf(from))
        {
            UpReleases[link]++;
        }
    }

    private void Use(int from, int to, double rate, int slots)
    {
        _out[from] += slots;
        _in[to] += slots;
        foreach (var link in model.LinksOf(from))
        {
            _up[link] = model.Passes(link, to) ? Math.Max(0, _up[link] + rate) : _up[link];
        }

        foreach (var link in model.LinksOf(to))
        {
            _down[link] = model.Passes(link, from) ? Math.Max(0, _down[link] + rate) : _down[link];
        }
    }
}
