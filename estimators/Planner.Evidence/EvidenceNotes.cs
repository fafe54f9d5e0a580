using Planner.Measurements;

namespace Planner.Evidence;

/// <summary>Writes down what one session measures: for the store at its end, and at once for the memory.</summary>
/// <param name="memory">What remembers it.</param>
public sealed class EvidenceNotes(EvidenceMemory memory)
{
    private readonly List<ArcSample> _arcs = [];
    private readonly List<TransferSample> _transfers = [];
    private readonly List<StateSizeSample> _sizes = [];
    private readonly List<BlackoutSample> _scores = [];

    /// <summary>All that was written down but the scores.</summary>
    public MeasurementBatch Batch => new() { Arcs = [.. _arcs], Transfers = [.. _transfers], StateSizes = [.. _sizes] };

    /// <summary>The scores.</summary>
    public IReadOnlyList<BlackoutSample> Scores => _scores;

    /// <summary>Notes an arc.</summary>
    public void Note(ArcSample sample)
    {
        _arcs.Add(sample);
        memory.Add(sample);
    }

    /// <summary>Notes a transfer.</summary>
    public void Note(TransferSample sample)
    {
        _transfers.Add(sample);
        memory.Add(sample);
    }

    /// <summary>Notes a state size.</summary>
    public void Note(StateSizeSample sample)
    {
        _sizes.Add(sample);
        memory.Add(sample);
    }

    /// <summary>Notes a blackout.</summary>
    public void Note(BlackoutSample sample)
    {
        _scores.Add(sample);
        memory.Add(sample);
    }
}
