namespace Planner.Fleet;

/// <summary>Divides a shared link that everything waits for into lanes of one width, so that moves fill it.</summary>
/// <remarks>Two moves at 10 Gbit/s leave 5 of a link of 25 empty; three at 8.33 leave nothing. Where the ports are what everything waits for, each move gets all it can.</remarks>
internal static class Lanes
{
    private const double Worthwhile = 1.01;

    /// <summary>The fleet with the lanes of its critical links; the same one where there is none.</summary>
    /// <param name="model">The fleet.</param>
    /// <param name="machines">The machines that are to move.</param>
    /// <param name="bytes">What each of them sends at the best rate of its host, in bytes.</param>
    public static FleetModel Divide(FleetModel model, IReadOnlyList<int> machines, Func<int, double> bytes)
    {
        var sent = new double[model.Hosts];
        foreach (var machine in machines)
        {
            sent[model.HostOf[machine]] += bytes(machine);
        }

        var (carried, fastest, busiest) = (new double[model.Links], new double[model.Links], new double[model.Links]);
        for (var host = 0; host < model.Hosts; host++)
        {
            foreach (var link in sent[host] > 0 ? model.LinksOf(host) : [])
            {
                carried[link] += sent[host];
                fastest[link] = Math.Max(fastest[link], Math.Min(model.PortCapacity[host], model.LinkCapacity[link]));
                busiest[link] = Math.Max(busiest[link], sent[host] / model.PortCapacity[host]);
            }
        }

        var lanes = (double[])model.LinkCapacity.Clone();
        var isDivided = false;
        for (var link = 0; link < model.Links; link++)
        {
            var capacity = model.LinkCapacity[link];
            if (fastest[link] > 0 && carried[link] / capacity > busiest[link] && capacity > Math.Floor(capacity / fastest[link] + 1e-9) * fastest[link] * Worthwhile)
            {
                lanes[link] = capacity / Math.Ceiling(capacity / fastest[link] - 1e-9);
                isDivided = true;
            }
        }

        return isDivided ? model.WithLanes(lanes) : model;
    }
}
