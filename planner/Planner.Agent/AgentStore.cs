using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Planner.Agent.Wire;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Agent;

/// <summary>
/// The store of sessions on an agent: evidence and budgets are the service's, who knows all hosts. While it is away its last answers serve, with what was measured here since;
/// what was never asked is answered from what was measured here.
/// </summary>
/// <param name="local">The agent's own store.</param>
/// <param name="records">What it keeps of the service's.</param>
/// <param name="ask">Asks the service; null where it is away.</param>
internal sealed class AgentStore(SqlMeasurementStore local, AgentRecords records, Func<Question, string?> ask) : IMeasurementStore, IModelStore
{
    /// <summary>Is told that there is something to send.</summary>
    public Action Kept { get; init; } = () => { };

    /// <summary>Says of a destination that is reached through another agent where it is.</summary>
    public Func<AttemptSide, AttemptSide> OriginOf { get; init; } = side => side;

    /// <inheritdoc/>
    public void Append(MeasurementBatch batch)
    {
        records.Keep(batch with { Attempts = [.. batch.Attempts.Select(a => a with { Destination = OriginOf(a.Destination) })] });
        Kept();
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArcSample> ReadArcs(string deviceClass, int latestPerArc) => Read(
        new Question { What = StoreDesk.Arcs, Key = deviceClass, Latest = latestPerArc },
        AgentJson.Default.IReadOnlyListArcSample,
        s => s.At,
        () => local.ReadArcs(deviceClass, latestPerArc),
        samples => [.. samples.GroupBy(s => s.Arc).SelectMany(arc => arc.TakeLast(latestPerArc)).OrderBy(s => s.At)]);

    /// <inheritdoc/>
    public IReadOnlyList<TransferSample> ReadTransfers(string link, TransferPhase phase, int latest) => Read(
        new Question { What = StoreDesk.Transfers, Key = link, Part = phase.ToString(), Latest = latest },
        AgentJson.Default.IReadOnlyListTransferSample,
        s => s.At,
        () => local.ReadTransfers(link, phase, latest),
        samples => [.. samples.TakeLast(latest)]);

    /// <inheritdoc/>
    public IReadOnlyList<StateSizeSample> ReadStateSizes(string deviceClass, int latest) => Read(
        new Question { What = StoreDesk.StateSizes, Key = deviceClass, Latest = latest },
        AgentJson.Default.IReadOnlyListStateSizeSample,
        s => s.At,
        () => local.ReadStateSizes(deviceClass, latest),
        samples => [.. samples.TakeLast(latest)]);

    /// <inheritdoc/>
    public IReadOnlyList<BlackoutSample> ReadScores(string deviceClass, BlackoutSpan span, int latest) => Read(
        new Question { What = StoreDesk.Scores, Key = deviceClass, Part = span.ToString(), Latest = latest },
        AgentJson.Default.IReadOnlyListBlackoutSample,
        s => s.At,
        () => local.ReadScores(deviceClass, span, latest),
        samples => [.. samples.TakeLast(latest)]);

    /// <inheritdoc/>
    public IReadOnlyList<BlackoutSample> ReadFirstScores(string likeClass, BlackoutSpan span, int firstOfEach) => Read(
        new Question { What = StoreDesk.FirstScores, Key = likeClass, Part = span.ToString(), Latest = firstOfEach },
        AgentJson.Default.IReadOnlyListBlackoutSample,
        s => s.At,
        () => local.ReadFirstScores(likeClass, span, firstOfEach),
        samples => [.. samples.GroupBy(s => s.DeviceClass).SelectMany(group => group.Take(firstOfEach))]);

    /// <inheritdoc/>
    public IReadOnlyList<LinkAgeSample> ReadLinkAges(string link) => Read(
        new Question { What = StoreDesk.LinkAges, Key = link },
        AgentJson.Default.IReadOnlyListLinkAgeSample,
        _ => DateTimeOffset.MinValue,
        () => local.ReadLinkAges(link),
        samples => samples);

    /// <inheritdoc/>
    public IReadOnlyList<AttemptSummary> ReadSummaries(string? machine, DateTimeOffset since) => Read(
        new Question { What = StoreDesk.Summaries, Key = machine ?? "", SinceTicks = since.UtcTicks },
        AgentJson.Default.IReadOnlyListAttemptSummary,
        a => a.Ended,
        () => local.ReadSummaries(machine, since),
        summaries => [.. summaries.Where(a => a.Ended >= since)]);

    /// <inheritdoc/>
    public IReadOnlyList<MachineMove> ReadMoves() => Read(
        new Question { What = StoreDesk.Moves },
        AgentJson.Default.IReadOnlyListMachineMove,
        m => m.At,
        local.ReadMoves,
        moves => [.. moves.OrderByDescending(m => m.At)]);

    /// <inheritdoc/>
    public TimeSpan ReadPauseSpent(string machine, DateTimeOffset since) =>
        new(ReadSummaries(machine, since).Where(a => a.IsPromised).Sum(a => a.PausedAtMost.Ticks));

    /// <inheritdoc/>
    public IReadOnlyList<MigrationAttempt> ReadAttempts(AttemptFilter filter) => local.ReadAttempts(filter);

    /// <inheritdoc/>
    public MigrationAttempt? FindAttempt(string id) => local.FindAttempt(id);

    /// <inheritdoc/>
    public ModelRecord? ReadLatestAccepted(string name)
    {
        var question = new Question { What = StoreDesk.Model, Key = name };
        var body = Fresh(question) ?? records.FindAnswer(NameOf(question))?.Body;
        return body is null or "" ? null : JsonSerializer.Deserialize(body, AgentJson.Default.ModelRecord);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ModelRecord> ReadModels(string name) => ReadLatestAccepted(name) is { } model ? [model] : [];

    /// <inheritdoc/>
    public long Save(ModelRecord model) => throw new StoreException("Models are trained by the service: an agent keeps none.");

    /// <inheritdoc/>
    public void Dispose()
    {
        // The store is its owner's.
    }

    private static string NameOf(Question question) => $"{question.What} {question.Key} {question.Part} {question.Latest}";

    private string? Fresh(Question question)
    {
        if (ask(question) is not { } body)
        {
            return null;
        }

        records.KeepAnswer(NameOf(question), body);
        return body;
    }

    private IReadOnlyList<T> Read<T>(
        Question question, JsonTypeInfo<IReadOnlyList<T>> type, Func<T, DateTimeOffset> at, Func<IReadOnlyList<T>> here, Func<IReadOnlyList<T>, IReadOnlyList<T>> within)
    {
        if (Fresh(question) is { } fresh)
        {
            return JsonSerializer.Deserialize(fresh, type)!;
        }

        return records.FindAnswer(NameOf(question)) is var (body, told)
            ? within([.. JsonSerializer.Deserialize(body, type)!, .. here().Where(own => at(own) > told)])
            : here();
    }
}
