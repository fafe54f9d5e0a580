using System.Text;
using System.Text.Json;
using Planner.Evidence;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>Reads a snapshot in one pass, as long as there is nothing to complain about. All else is for <see cref="JsonText"/>, which checks the shape first, takes several times as long, and knows what to say.</summary>
/// <remarks>What is read here is read there as the same values, which is a test. It may give up where that does not, such as at a null.</remarks>
internal static class SnapshotReader
{
    private static readonly Key<SlaTerms>[] SlaKeys =
    [
        new("class", (ref reader, sla) => sla with { Class = Text(ref reader) }),
        new("blackoutLimitSeconds", (ref reader, sla) => sla with { BlackoutLimitSeconds = Number(ref reader) }),
        new("confidence", (ref reader, sla) => sla with { Confidence = Number(ref reader) }),
        new("whenEvidenceIsInsufficient", (ref reader, sla) => sla with { WhenEvidenceIsInsufficient = Action(ref reader) }),
        new("completeWithinSeconds", (ref reader, sla) => sla with { CompleteWithinSeconds = Number(ref reader) }),
        new("elapsedSeconds", (ref reader, sla) => sla with { ElapsedSeconds = Number(ref reader) }),
        new("pausedSeconds", (ref reader, sla) => sla with { PausedSeconds = Number(ref reader) }),
        new("errorBudgetRemainingSeconds", (ref reader, sla) => sla with { ErrorBudgetRemainingSeconds = Number(ref reader) }),
        new("dirtyRateFloorBytesPerSecond", (ref reader, sla) => sla with { DirtyRateFloorBytesPerSecond = Number(ref reader) }),
    ];

    private static readonly Key<RamEvidence>[] RamKeys =
    [
        new("remainingBytes", (ref reader, ram) => ram with { RemainingBytes = reader.GetInt64() }),
        new("dirtyWindows", (ref reader, ram) => ram with { DirtyWindows = List(ref reader, Window) }),
    ];

    private static readonly Key<DirtyWindowEvidence>[] WindowKeys =
    [
        new("seconds", (ref reader, window) => window with { Seconds = Number(ref reader) }, IsRequired: true),
        new("uniqueBytes", (ref reader, window) => window with { UniqueBytes = Number(ref reader) }, IsRequired: true),
    ];

    private static readonly Key<TransferEvidence>[] TransferKeys =
    [
        new("fixedSeconds", (ref reader, transfer) => transfer with { FixedSeconds = List(ref reader, Number) }),
        new("bytesPerSecond", (ref reader, transfer) => transfer with { BytesPerSecond = List(ref reader, Number) }),
    ];

    private static readonly Key<DeviceEvidence>[] DeviceKeys =
    [
        new("name", (ref reader, device) => device with { Name = Text(ref reader) }),
        new("class", (ref reader, device) => device with { Class = Text(ref reader) }),
        new("state", (ref reader, device) => device with { State = Text(ref reader) }),
        new("flags", (ref reader, device) => device with { Flags = List(ref reader, Text) }),
        new("destinationFlags", (ref reader, device) => device with { DestinationFlags = List(ref reader, Text) }),
        new("stateBytes", (ref reader, device) => device with { StateBytes = reader.GetInt64() }),
        new("largestStateBytes", (ref reader, device) => device with { LargestStateBytes = reader.GetInt64() }),
        new("preCopiedBytes", (ref reader, device) => device with { PreCopiedBytes = reader.GetInt64() }),
        new("largestPreCopiedBytes", (ref reader, device) => device with { LargestPreCopiedBytes = reader.GetInt64() }),
        new("stateSizeRatios", (ref reader, device) => device with { StateSizeRatios = List(ref reader, Number) }),
        new("stateSeconds", (ref reader, device) => device with { StateSeconds = List(ref reader, Number) }),
        new("stateSecondsAssumed", (ref reader, device) => device with { StateSecondsAssumed = reader.GetInt32() }),
        new("arcs", (ref reader, device) => device with { Arcs = List(ref reader, Arc) }),
    ];

    private static readonly Key<ArcEvidence>[] ArcKeys =
    [
        new("from", (ref reader, arc) => arc with { From = Text(ref reader) }),
        new("to", (ref reader, arc) => arc with { To = Text(ref reader) }),
        new("seconds", (ref reader, arc) => arc with { Seconds = List(ref reader, Number) }),
        new("assumed", (ref reader, arc) => arc with { Assumed = reader.GetInt32() }),
        new("worstSeconds", (ref reader, arc) => arc with { WorstSeconds = Number(ref reader) }),
    ];

    private static readonly Key<FirstGuess>[] GuessKeys =
    [
        new("p50Seconds", (ref reader, guess) => guess with { P50Seconds = Number(ref reader) }, IsRequired: true),
        new("model", (ref reader, guess) => guess with { Model = Text(ref reader) }, IsRequired: true),
        new("boundSeconds", (ref reader, guess) => guess with { BoundSeconds = Number(ref reader) }),
        new("confidence", (ref reader, guess) => guess with { Confidence = Number(ref reader) }),
    ];

    private static readonly Key<PastBlackout>[] BlackoutKeys =
    [
        new("predictedSeconds", (ref reader, blackout) => blackout with { PredictedSeconds = Number(ref reader) }, IsRequired: true),
        new("actualSeconds", (ref reader, blackout) => blackout with { ActualSeconds = Number(ref reader) }, IsRequired: true),
        new("rehearsed", (ref reader, blackout) => blackout with { Rehearsed = reader.GetBoolean() }),
        new("cutOff", (ref reader, blackout) => blackout with { CutOff = reader.GetBoolean() }),
    ];

    private static readonly Key<DecisionSnapshot>[] SnapshotKeys =
    [
        new("sla", (ref reader, snapshot) => snapshot with { Sla = Object(ref reader, new SlaTerms(), SlaKeys) }),
        new("ram", (ref reader, snapshot) => snapshot with { Ram = Object(ref reader, new RamEvidence(), RamKeys) }),
        new("transfer", (ref reader, snapshot) => snapshot with { Transfer = Object(ref reader, new TransferEvidence(), TransferKeys) }),
        new("devices", (ref reader, snapshot) => snapshot with { Devices = List(ref reader, Device) }),
        new("devicesInSeries", (ref reader, snapshot) => snapshot with { DevicesInSeries = reader.GetBoolean() }),
        new("wholeOnly", (ref reader, snapshot) => snapshot with { WholeOnly = reader.GetBoolean() }),
        new("termsOfLikeMachines", (ref reader, snapshot) => snapshot with { TermsOfLikeMachines = reader.GetBoolean() }),
        new("place", (ref reader, snapshot) => snapshot with { Place = Text(ref reader) }),
        new("pastBlackouts", (ref reader, snapshot) => snapshot with { PastBlackouts = List(ref reader, Blackout) }),
        new("pastBlackoutsAfterQuiesce", (ref reader, snapshot) => snapshot with { PastBlackoutsAfterQuiesce = List(ref reader, Blackout) }),
        new("pastBlackoutsOfLikeMachines", (ref reader, snapshot) => snapshot with { PastBlackoutsOfLikeMachines = List(ref reader, Blackout) }),
        new("pastBlackoutsOfLikeMachinesAfterQuiesce", (ref reader, snapshot) => snapshot with { PastBlackoutsOfLikeMachinesAfterQuiesce = List(ref reader, Blackout) }),
        new("hostIsBusy", (ref reader, snapshot) => snapshot with { HostIsBusy = reader.GetBoolean() }),
        new("pastBlackoutsOnBusyHost", (ref reader, snapshot) => snapshot with { PastBlackoutsOnBusyHost = List(ref reader, Blackout) }),
        new("pastBlackoutsOnBusyHostAfterQuiesce", (ref reader, snapshot) => snapshot with { PastBlackoutsOnBusyHostAfterQuiesce = List(ref reader, Blackout) }),
        new("firstGuess", (ref reader, snapshot) => snapshot with { FirstGuess = Object(ref reader, new FirstGuess(0, ""), GuessKeys) }),
    ];

    private delegate T Value<T>(ref Utf8JsonReader reader);

    private delegate T Setter<T>(ref Utf8JsonReader reader, T value);

    /// <summary>Reads a snapshot.</summary>
    /// <returns>Null if there may be something to complain about.</returns>
    public static DecisionSnapshot? TryRead(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            reader.Read();
            var snapshot = Object(ref reader, new DecisionSnapshot(), SnapshotKeys);
            return reader.Read() ? null : snapshot;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static DeviceEvidence Device(ref Utf8JsonReader reader) => Object(ref reader, new DeviceEvidence(), DeviceKeys);

    private static ArcEvidence Arc(ref Utf8JsonReader reader) => Object(ref reader, new ArcEvidence(), ArcKeys);

    private static DirtyWindowEvidence Window(ref Utf8JsonReader reader) => Object(ref reader, new DirtyWindowEvidence(0, 0), WindowKeys);

    private static PastBlackout Blackout(ref Utf8JsonReader reader) => Object(ref reader, new PastBlackout(0, 0), BlackoutKeys);

    private static T Object<T>(ref Utf8JsonReader reader, T value, Key<T>[] keys)
    {
        Expect(reader, JsonTokenType.StartObject);
        var (at, seen) = (-1, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            at = Find(reader, keys, at + 1);
            Require((seen & (1 << at)) == 0);
            seen |= 1 << at;
            reader.Read();
            value = keys[at].Set(ref reader, value);
        }

        for (var i = 0; i < keys.Length; i++)
        {
            Require(!keys[i].IsRequired || (seen & (1 << i)) != 0);
        }

        return value;
    }

    /// <summary>The index of the key that the reader is at. Keys mostly come in their order.</summary>
    private static int Find<T>(in Utf8JsonReader reader, Key<T>[] keys, int first)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var at = (first + i) % keys.Length;
            if (reader.ValueTextEquals(keys[at].Utf8Name))
            {
                return at;
            }
        }

        throw new JsonException();
    }

    private static List<T> List<T>(ref Utf8JsonReader reader, Value<T> value)
    {
        Expect(reader, JsonTokenType.StartArray);
        var values = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Require(values.Count < DecisionJson.MaximumListLength);
            values.Add(value(ref reader));
        }

        return values;
    }

    private static double Number(ref Utf8JsonReader reader)
    {
        var number = reader.GetDouble();
        Require(double.IsFinite(number));
        return number;
    }

    private static string Text(ref Utf8JsonReader reader) => reader.GetString() ?? throw new JsonException();

    private static InsufficientEvidenceAction Action(ref Utf8JsonReader reader) => Text(ref reader) switch
    {
        "stay" => InsufficientEvidenceAction.Stay,
        "worstCase" => InsufficientEvidenceAction.WorstCase,
        "accept" => InsufficientEvidenceAction.Accept,
        _ => throw new JsonException(),
    };

    private static void Expect(in Utf8JsonReader reader, JsonTokenType token) => Require(reader.TokenType == token);

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new JsonException();
        }
    }

    /// <summary>A key of an object, and how its value comes into it.</summary>
    private sealed record Key<T>(string Name, Setter<T> Set, bool IsRequired = false)
    {
        /// <summary>The name as it stands in a text.</summary>
        public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);
    }
}
