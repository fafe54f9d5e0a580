using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Planner.Agent.Wire;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Agent;

/// <summary>What an agent keeps on its own disk: the outbox, the highest token of each machine, what the service answered last, and whom it expects.</summary>
/// <param name="store">The agent's store.</param>
/// <param name="clock">The time.</param>
internal sealed class AgentRecords(SqlMeasurementStore store, TimeProvider clock)
{
    /// <summary>A batch of measurements.</summary>
    public const string Samples = "samples";

    /// <summary>The end of a migration.</summary>
    public const string Ended = "ended";

    /// <summary>So many characters of entries are kept unsent; beyond them measurements are dropped, and the ledger's rows are kept up to twice as many.</summary>
    public const long MostCharacters = 64L * 1024 * 1024;

    private const string State = "agentState";
    private const string Epoch = "epoch";
    private const string TokenKind = "machineToken";
    private const string AnswerKind = "answer";
    private const int PageLength = 100;
    private static readonly Dictionary<string, string> NoLabels = [];

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, MachineToken> _raised = new();
    private readonly ServiceStore _store = new(store);
    private string? _epoch;
    private long? _characters;

    /// <summary>How many batches were dropped or thinned out, since more waited than the disk is for.</summary>
    public long Lost { get; private set; }

    /// <summary>The life of the outbox; another one begins with a start that finds nothing unsent, so that a store from a backup is not taken for what it was.</summary>
    public string CurrentEpoch
    {
        get
        {
            lock (_gate)
            {
                return _epoch ??= Unsent(KeptNumber, 1).Count == 0 ? NewEpoch() : _store.Find(State, Epoch)?.Body ?? NewEpoch();
            }
        }
    }

    /// <summary>The number of the last entry.</summary>
    public long LastNumber => _store.EventNumbers().Last;

    /// <summary>The number up to which entries are known to be kept.</summary>
    public long KeptNumber => _store.Find(State, "kept") is { Body: var text } ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;

    /// <summary>Keeps a batch, and that it is to be sent.</summary>
    public void Keep(MeasurementBatch batch)
    {
        var body = JsonSerializer.Serialize(batch, AgentJson.Default.MeasurementBatch);
        lock (_gate)
        {
            var waiting = Waiting();
            if (waiting + body.Length > MostCharacters)
            {
                Lost++;
                body = waiting < 2 * MostCharacters && batch.Attempts.Count > 0
                    ? JsonSerializer.Serialize(new MeasurementBatch { Attempts = [.. batch.Attempts.Select(a => a with { Decisions = [] })] }, AgentJson.Default.MeasurementBatch)
                    : null;
            }

            _store.Change(change =>
            {
                change.Keep(batch);
                if (body is not null)
                {
                    change.Append(new StoredEvent(0, clock.GetUtcNow(), Samples, null, null, body));
                }
            });
            _characters = waiting + (body?.Length ?? 0);
        }
    }

    /// <summary>Keeps that a migration ended, and that this is to be sent.</summary>
    public void Keep(MigrationEnd end)
    {
        var body = JsonSerializer.Serialize(end, AgentJson.Default.MigrationEnd);
        _store.Change(change => change.Append(new StoredEvent(0, clock.GetUtcNow(), Ended, end.Migration, null, body)));
    }

    /// <summary>Entries in their order.</summary>
    /// <param name="after">Those after this number.</param>
    public IReadOnlyList<Entry> Unsent(long after) => Unsent(after, PageLength);

    /// <summary>Takes notice of how far the service has kept the entries.</summary>
    public void NoteKept(long number)
    {
        lock (_gate)
        {
            // A new epoch begins at 0 there, and what is here was kept under the one before.
            if (number <= KeptNumber)
            {
                return;
            }

            _store.Change(change =>
            {
                change.Put(State, "kept", number.ToString(System.Globalization.CultureInfo.InvariantCulture), NoLabels, clock.GetUtcNow());
                change.DropEvents(number);
            });
            _characters = null;
        }
    }

    /// <summary>Begins another life of the outbox: what is in it was sent long ago, by what this store is a copy of.</summary>
    public string BeginAnew()
    {
        lock (_gate)
        {
            var last = LastNumber.ToString(System.Globalization.CultureInfo.InvariantCulture);
            _store.Change(change => change.Put(State, "kept", last, NoLabels, clock.GetUtcNow()));
            return _epoch = NewEpoch();
        }
    }

    /// <summary>Takes a token for a machine, if it counts beside what was seen. Once this returns it is on the disk.</summary>
    /// <returns>Why it does not count, in one sentence; null if it does.</returns>
    public string? Raise(string machine, MachineToken token)
    {
        // Asked again at each permission: what was taken already needs no look at the disk.
        if (_raised.TryGetValue(machine, out var taken) && taken == token)
        {
            return null;
        }

        var refusal = Take(machine, token);
        if (refusal is null)
        {
            _raised[machine] = token;
        }

        return refusal;
    }

    /// <summary>The highest token that was seen of any machine; null for none.</summary>
    public MachineToken? Highest => List(TokenKind, RecordsJson.Default.MachineToken).Select(t => t.Value).MaxBy(t => (t.Timeline, t.Counter));

    /// <summary>What the service answered last to a question, and when; null if it never did.</summary>
    public (string Body, DateTimeOffset At)? FindAnswer(string question) => _store.Find(AnswerKind, question) is { } found ? (found.Body, found.Changed) : null;

    /// <summary>Keeps an answer.</summary>
    public void KeepAnswer(string question, string body) => _store.Change(change => change.Put(AnswerKind, question, body, NoLabels, clock.GetUtcNow()));

    /// <summary>What is kept under a name; null if there is nothing.</summary>
    public T? Find<T>(string kind, string name, JsonTypeInfo<T> type)
        where T : class => _store.Find(kind, name) is { Body: var body } ? JsonSerializer.Deserialize(body, type) : null;

    /// <summary>All that is of a kind, with its name.</summary>
    public IReadOnlyList<(string Name, T Value)> List<T>(string kind, JsonTypeInfo<T> type)
        where T : class => [.. _store.List(kind, "", int.MaxValue).Select(r => (r.Name, JsonSerializer.Deserialize(r.Body, type)!))];

    /// <summary>Keeps something under a name.</summary>
    public void Put<T>(string kind, string name, T value, JsonTypeInfo<T> type) =>
        _store.Change(change => change.Put(kind, name, JsonSerializer.Serialize(value, type), NoLabels, clock.GetUtcNow()));

    /// <summary>Takes away what is kept under a name.</summary>
    public void Delete(string kind, string name) => _store.Change(change => change.Delete(kind, name));

    private string? Take(string machine, MachineToken token) => _store.Change(change =>
    {
        var seen = change.Find(TokenKind, machine) is { Body: var body } ? JsonSerializer.Deserialize(body, RecordsJson.Default.MachineToken) : null;
        if (token.RefusalBeside(machine, seen) is { } refusal)
        {
            return refusal;
        }

        if (token != seen)
        {
            change.Put(TokenKind, machine, JsonSerializer.Serialize(token, RecordsJson.Default.MachineToken), NoLabels, clock.GetUtcNow());
        }

        return null;
    });

    private List<Entry> Unsent(long after, int count) =>
        [.. _store.ReadEvents(Math.Max(after, KeptNumber), null, count).Select(e => new Entry { Number = e.Number, Kind = e.Kind, Body = e.Body })];

    private string NewEpoch()
    {
        var epoch = Guid.NewGuid().ToString("N");
        _store.Change(change => change.Put(State, Epoch, epoch, NoLabels, clock.GetUtcNow()));
        return epoch;
    }

    private long Waiting()
    {
        if (_characters is { } known)
        {
            return known;
        }

        var (sum, after) = (0L, KeptNumber);
        while (Unsent(after, PageLength) is { Count: > 0 } page)
        {
            sum += page.Sum(e => (long)e.Body.Length);
            after = page[^1].Number;
        }

        return sum;
    }
}
