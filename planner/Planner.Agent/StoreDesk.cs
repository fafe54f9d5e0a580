using System.Text.Json;
using Planner.Agent.Wire;
using Planner.Measurements;

namespace Planner.Agent;

/// <summary>Answers what agents ask of a store. The questions are those of <see cref="IMeasurementStore"/>.</summary>
internal static class StoreDesk
{
    public const string Arcs = "arcs";
    public const string Transfers = "transfers";
    public const string StateSizes = "stateSizes";
    public const string Scores = "scores";
    public const string FirstScores = "firstScores";
    public const string LinkAges = "linkAges";
    public const string Summaries = "summaries";
    public const string Moves = "moves";
    public const string Model = "model";

    /// <summary>The most samples that are told at once.</summary>
    private const int MostSamples = 100_000;

    /// <summary>Answers.</summary>
    /// <returns>JSON; empty for no model.</returns>
    /// <exception cref="ArgumentException">There is no such question.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static string Answer(IMeasurementStore store, Question question)
    {
        var latest = Math.Clamp(question.Latest, 0, MostSamples);
        return question.What switch
        {
            Arcs => JsonSerializer.Serialize(store.ReadArcs(question.Key, latest), AgentJson.Default.IReadOnlyListArcSample),
            Transfers => JsonSerializer.Serialize(store.ReadTransfers(question.Key, Part<TransferPhase>(question), latest), AgentJson.Default.IReadOnlyListTransferSample),
            StateSizes => JsonSerializer.Serialize(store.ReadStateSizes(question.Key, latest), AgentJson.Default.IReadOnlyListStateSizeSample),
            Scores => JsonSerializer.Serialize(store.ReadScores(question.Key, Part<BlackoutSpan>(question), latest), AgentJson.Default.IReadOnlyListBlackoutSample),
            FirstScores => JsonSerializer.Serialize(store.ReadFirstScores(question.Key, Part<BlackoutSpan>(question), latest), AgentJson.Default.IReadOnlyListBlackoutSample),
            LinkAges => JsonSerializer.Serialize(store.ReadLinkAges(question.Key), AgentJson.Default.IReadOnlyListLinkAgeSample),
            Summaries => JsonSerializer.Serialize(store.ReadSummaries(question.Key is "" ? null : question.Key, Since(question)), AgentJson.Default.IReadOnlyListAttemptSummary),
            Moves => JsonSerializer.Serialize(store.ReadMoves(), AgentJson.Default.IReadOnlyListMachineMove),
            Model => ((IModelStore)store).ReadLatestAccepted(question.Key) is { } model ? JsonSerializer.Serialize(model, AgentJson.Default.ModelRecord) : "",
            _ => throw new ArgumentException($"There is no question '{question.What}'.", nameof(question)),
        };
    }

    private static T Part<T>(Question question)
        where T : struct, Enum => Enum.TryParse<T>(question.Part, out var part) && Enum.IsDefined(part)
            ? part
            : throw new ArgumentException($"'{question.Part}' is no part of '{question.What}'.", nameof(question));

    private static DateTimeOffset Since(Question question) => question.SinceTicks >= 0 && question.SinceTicks <= DateTimeOffset.MaxValue.UtcTicks
        ? new DateTimeOffset(question.SinceTicks, TimeSpan.Zero)
        : throw new ArgumentException("That is no time.", nameof(question));
}
