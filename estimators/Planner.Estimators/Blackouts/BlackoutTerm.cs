namespace Planner.Estimators;

/// <summary>One measured quantity that the blackout is made of.</summary>
public sealed class BlackoutTerm
{
    /// <summary>Makes a term.</summary>
    /// <param name="kind">What it measures.</param>
    /// <param name="device">The number of the device, from 0; -1 for what is not of one device.</param>
    /// <param name="arc">The arc and its stages; meaningless for other kinds.</param>
    /// <param name="samples">The samples in the unit of the kind.</param>
    public BlackoutTerm(TermKind kind, int device, StagedArc arc, SampleWindow samples)
    {
        Kind = kind;
        Device = device;
        Arc = arc;
        Samples = samples;
    }

    /// <summary>What it measures.</summary>
    public TermKind Kind { get; }

    /// <summary>The number of the device, from 0; -1 for what is not of one device.</summary>
    public int Device { get; }

    /// <summary>The arc and its stages; meaningless for other kinds.</summary>
    public StagedArc Arc { get; }

    /// <summary>The samples in the unit of the kind.</summary>
    public SampleWindow Samples { get; }
}
