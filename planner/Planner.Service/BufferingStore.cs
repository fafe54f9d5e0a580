using Planner.Measurements;

namespace Planner.Service;

/// <summary>A store that keeps what cannot be written for a while: a full disk costs no migration, and up to a bound no sample.</summary>
internal sealed class BufferingStore(IMeasurementStore store) : IMeasurementStore, IModelStore
{
    private const int MostBatches = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<MeasurementBatch> _waiting = new();

    /// <summary>How many batches wait to be written.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>How many batches were lost, since more waited than are kept.</summary>
    public long Lost { get; private set; }

    /// <summary>Why the latest could not be written, in one sentence; null if it could.</summary>
    public string? Trouble { get; private set; }

    /// <inheritdoc/>
    public void Append(MeasurementBatch batch)
    {
        lock (_gate)
        {
            _waiting.Enqueue(batch);
            if (_waiting.Count > MostBatches)
            {
                _waiting.Dequeue();
                Lost++;
            }
        }

        Flush();
    }

    /// <summary>Writes what waits, as far as that can be done.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            try
            {
                while (_waiting.TryPeek(out var next))
                {
                    store.Append(next);
                    _waiting.Dequeue();
                }

                Trouble = null;
            }
            catch (StoreException e)
            {
                Trouble = e.Message;
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArcSample> ReadArcs(string deviceClass, int latestPerArc) => store.ReadArcs(deviceClass, latestPerArc);

    /// <inheritdoc/>
    public IReadOnlyList<TransferSample> ReadTransfers(string link, TransferPhase phase, int latest) => store.ReadTransfers(link, phase, latest);

    /// <inheritdoc/>
    public IReadOnlyList<StateSizeSample> ReadStateSizes(string deviceClass, int latest) => store.ReadStateSizes(deviceClass, latest);

    /// <inheritdoc/>
    public IReadOnlyList<BlackoutSample> ReadScores(string deviceClass, BlackoutSpan span, int latest) => store.ReadScores(deviceClass, span, latest);

    /// <inheritdoc/>
    public IReadOnlyList<MigrationAttempt> ReadAttempts(AttemptFilter filter) => store.ReadAttempts(filter);

    /// <inheritdoc/>
    public IReadOnlyList<AttemptSummary> ReadSummaries(string? machine, DateTimeOffset since) => store.ReadSummaries(machine, since);

    /// <inheritdoc/>
    public MigrationAttempt? FindAttempt(string id) => store.FindAttempt(id);

    /// <inheritdoc/>
    public IReadOnlyList<BlackoutSample> ReadFirstScores(string likeClass, BlackoutSpan span, int firstOfEach) => store.ReadFirstScores(likeClass, span, firstOfEach);

    /// <inheritdoc/>
    public IReadOnlyList<LinkAgeSample> ReadLinkAges(string link) => store.ReadLinkAges(link);

    /// <inheritdoc/>
    public IReadOnlyList<MachineMove> ReadMoves() => store.ReadMoves();

    /// <inheritdoc/>
    public TimeSpan ReadPauseSpent(string machine, DateTimeOffset since) => store.ReadPauseSpent(machine, since);

    /// <inheritdoc/>
    public long Save(ModelRecord model) => ((IModelStore)store).Save(model);

    /// <inheritdoc/>
    public ModelRecord? ReadLatestAccepted(string name) => ((IModelStore)store).ReadLatestAccepted(name);

    /// <inheritdoc/>
    public IReadOnlyList<ModelRecord> ReadModels(string name) => ((IModelStore)store).ReadModels(name);

    /// <inheritdoc/>
    public void Dispose() => Flush();
}
