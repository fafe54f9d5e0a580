using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Service;

/// <summary>Watches the arcs of all device classes for a change that chance does not explain.</summary>
internal sealed class DriftWatch(ServiceParts parts)
{
    /// <summary>How many samples of an arc are looked at.</summary>
    public const int Samples = 1000;

    // One false alarm in a thousand series that did not change.
    private const double FalseAlarm = 0.001;
    private const int LeastAfter = 5;
    private const int SameChange = 100;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private IReadOnlyList<ArcAlarm> _alarms = [];
    private DateTimeOffset _at = DateTimeOffset.MinValue;

    /// <summary>The alarms, at most half a minute old.</summary>
    public IReadOnlyList<ArcAlarm> Read()
    {
        lock (_gate)
        {
            var now = parts.Now;
            if (now - _at >= Fresh || now < _at)
            {
                _alarms = [.. parts.Records.DeviceClasses().SelectMany(c => parts.Samples.ReadArcs(c, Samples).GroupBy(s => s.Arc).Select(g => Find(c, g.Key, [.. g]))).OfType<ArcAlarm>()];
                _at = now;
            }

            return _alarms;
        }
    }

    /// <summary>The latest change of an arc; null if there was none.</summary>
    /// <param name="deviceClass">The device class.</param>
    /// <param name="arc">The arc.</param>
    /// <param name="samples">Its samples, oldest first.</param>
    public static ArcAlarm? Find(string deviceClass, Arc arc, IReadOnlyList<ArcSample> samples)
    {
        var martingale = new DriftMartingale(FalseAlarm);
        int? raised = null, began = null, latest = null;
        for (var i = 0; i < samples.Count; i++)
        {
            if (martingale.Update(samples[i].Duration.TotalSeconds))
            {
                // What is compared with are the samples before it: as long as a change lasts, it raises the alarm again.
                if (latest is null || i - latest > SameChange)
                {
                    raised = i;
                    began = i - Math.Min(i, martingale.ScoresSinceChange) + 1;
                }

                latest = i;
                martingale.Restart(martingale.ScoresSinceChange);
            }
        }

        // A change that has gone away again is no alarm any more: the latest samples have to be slower, too.
        if (raised is not { } at || began is not > 0)
        {
            return null;
        }

        var (before, since) = (Median(samples.Take(began.Value)), Median(samples.Skip(Math.Max(began.Value, samples.Count - Math.Max(LeastAfter, (samples.Count - began.Value) / 2)))));
        return since > before ? new ArcAlarm(deviceClass, arc.From.Name(), arc.To.Name(), samples[at].At, samples[began.Value].At, before, since) : null;
    }

    private static double Median(IEnumerable<ArcSample> samples) => SortedSamples.Median([.. samples.Select(s => s.Duration.TotalSeconds).Order()]);
}
