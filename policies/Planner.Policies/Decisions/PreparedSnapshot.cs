using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>A snapshot's structure: the terms of its blackout with their samples, in the order in which they happen, and what it lacks.</summary>
internal sealed class PreparedSnapshot
{
    private readonly List<BlackoutTerm> _terms = [];

    // Where in a snapshot the samples of each term are.
    private readonly List<Func<DecisionSnapshot, IReadOnlyList<double>>> _places = [];
    private readonly List<(int Device, StagedArc Arc)> _worstArcs = [];
    private readonly List<double> _worstSeconds = [];
    private DecisionSnapshot _snapshot;
    private readonly bool _isQuiesced;
    private readonly BlackoutModel _model;

    /// <summary>Takes a snapshot whose values were checked.</summary>
    public PreparedSnapshot(DecisionSnapshot snapshot)
    {
        _snapshot = snapshot;
        _isQuiesced = IsQuiesced(snapshot);
        Names = [.. snapshot.Devices.Select((d, i) => d.Name.Length > 0 ? d.Name : $"device {i + 1}")];
        var stateBytes = snapshot.Devices.Sum(d => (double)(d.StateBytes ?? 0));
        StateShares = [.. snapshot.Devices.Select(d => stateBytes > 0 ? (d.StateBytes ?? 0) / stateBytes : 1.0 / snapshot.Devices.Count)];
        FindWhatIsMissing();
        AddTerms();
        AllowedMisses = (snapshot.Sla ?? new SlaTerms()).AllowedMisses;
        _model = new BlackoutModel(_terms, StateShares, AllowedMisses, snapshot.DevicesInSeries);
    }

    /// <summary>The names of the devices.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>For every device its share of the expected state bytes.</summary>
    public IReadOnlyList<double> StateShares { get; }

    /// <summary>The share of commits that may exceed the limit.</summary>
    public double AllowedMisses { get; }

    /// <summary>What else has to be known before anything can be predicted, in words.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>The worst cases that nobody states, in words; only of interest where the policy decides on them.</summary>
    public List<string> MissingWorstCases { get; } = [];

    /// <summary>The first guess, where nothing but samples is missing; null if there is none.</summary>
    public FirstGuess? Guess => Missing.Count == 0 ? _snapshot.FirstGuess : null;

    /// <summary>The bound of the first guess in seconds; NaN if there is none at the asked confidence.</summary>
    public double GuessBoundSeconds => Guess is { BoundSeconds: { } bound } guess && guess.Confidence >= 1 - AllowedMisses - 1e-9 ? bound : double.NaN;

    /// <summary>The lines of an explanation, in the order in which things happen.</summary>
    public List<DecisionLine> Lines { get; } = [];

    /// <summary>The index of the term of the transfer's rate.</summary>
    public int RateTerm => _terms.FindIndex(t => t.Kind == TermKind.TransferRate);

    /// <summary>The devices of which some arc is only assumed; empty if all was measured.</summary>
    public IReadOnlyList<string> Guessed => [.. _snapshot.Devices.Zip(Names).Where(d => d.First.Arcs.Any(a => a.IsGuess)).Select(d => d.Second)];

    /// <summary>What past blackouts must have in common to count: the classes of the devices, such as <c>mlx5</c>. Who promised what does not matter.</summary>
    public string ClassName =>
        _snapshot.Devices.Count == 0 ? "memory"
        : _snapshot.DevicesInSeries ? _snapshot.Devices[0].Class ?? "unknown" // A machine that its hypervisor migrates is the first participant, and its class names its devices.
        : string.Join('+', _snapshot.Devices.Select(d => d.Class ?? "unknown").Order(StringComparer.Ordinal));

    /// <summary>What the past blackouts that count are of, such as <c>class mlx5 on host pair a-b</c>.</summary>
    public string OwnName => $"class {ClassName}{(_snapshot.Place is { } place ? $" {place}" : "")}";

    /// <summary>A term's name with its device.</summary>
    public string NameOfTerm(int term) => _terms[term].Kind switch
    {
        TermKind.TransferFixed => "transfer fixed",
        TermKind.TransferRate => "transfer rate",
        TermKind.StateSize => $"state size of {Names[_terms[term].Device]}",
        TermKind.StateWork => $"reading and loading the state of {Names[_terms[term].Device]}",
        _ => $"arc {_terms[term].Arc.Arc} of {Names[_terms[term].Device]}",
    };

    /// <summary>How many values of a line are assumed.</summary>
    public int AssumedOf(DecisionLine line) => line.Kind switch
    {
        DecisionLineKind.Arc => _snapshot.Devices[line.Device].Arcs.FirstOrDefault(a => ReadArc(a) == _terms[line.Term].Arc.Arc)?.Assumed ?? 0,
        DecisionLineKind.StateWork => _snapshot.Devices[line.Device].StateSecondsAssumed,
        _ => 0,
    };

    /// <summary>Whether every device of a snapshot is in its P2P state: the moment of gate 2.</summary>
    public static bool IsQuiesced(DecisionSnapshot snapshot) =>
        snapshot.Devices.Count > 0 && snapshot.Devices.All(d => d.State is "RUNNING_P2P" or "PRE_COPY_P2P");

    /// <summary>Takes the samples of another snapshot, if nothing else of it differs but what the moment holds.</summary>
    /// <returns>False if something does, or if a sample cannot be; then nothing was taken.</returns>
    public bool TryTake(DecisionSnapshot snapshot)
    {
        if (!SnapshotShape.IsSame(_snapshot, snapshot))
        {
            return false;
        }

        var changed = new List<(int Term, Samples Samples)>();
        for (var i = 0; i < _terms.Count; i++)
        {
            if (_places[i](snapshot) is var samples && !ReferenceEquals(samples, _places[i](_snapshot)))
            {
                changed.Add((i, Read(_terms[i].Kind, samples)));
            }
        }

        if (!changed.TrueForAll(c => SnapshotRules.IsPossible(_terms[c.Term].Kind, c.Samples)))
        {
            return false;
        }

        changed.ForEach(c => _model.Set(c.Term, c.Samples));
        _snapshot = snapshot;
        return true;
    }

    /// <summary>The scores that decide, before anything is quiesced and after it.</summary>
    public (ScoreChoice Whole, ScoreChoice AfterQuiesce) Scores() => (
        ScoreChoice.Of(_snapshot.PastBlackouts, _snapshot.PastBlackoutsOfLikeMachines, _snapshot.PastBlackoutsOnBusyHost ?? [], _snapshot.HostIsBusy, AllowedMisses),
        ScoreChoice.Of(
            _snapshot.PastBlackoutsAfterQuiesce, _snapshot.PastBlackoutsOfLikeMachinesAfterQuiesce, _snapshot.PastBlackoutsOnBusyHostAfterQuiesce ?? [], _snapshot.HostIsBusy, AllowedMisses));

    /// <summary>Makes the tables.</summary>
    public BlackoutTables Tables((ScoreChoice Whole, ScoreChoice AfterQuiesce) scores) => _model.Build(scores.Whole.Table, scores.AfterQuiesce.Table);

    /// <summary>The blackout from the worst cases; null if one is not stated.</summary>
    public BlackoutParts? WorstCase() => MissingWorstCases.Count > 0 ? null : _model.WorstCase(_worstArcs, [.. _worstSeconds]);

    private void FindWhatIsMissing()
    {
        if (_snapshot.Devices.Count == 0 && _snapshot.Ram is null)
        {
            Missing.Add("a device or memory to migrate");
        }

        if (_snapshot.Ram is { RemainingBytes: null })
        {
            Missing.Add("ram.remainingBytes");
        }

        foreach (var (device, name) in _snapshot.Devices.Zip(Names))
        {
            if (device.Flags.Count == 0)
            {
                Missing.Add($"the flags of {name}");
            }
            else if (Walk(device) is null)
            {
                Missing.Add($"a state of {name} that a migration can start from, instead of {device.State}");
            }

            if (device.StateBytes is null)
            {
                Missing.Add($"the state size of {name} (state size unknown)");
            }
        }
    }

    private void AddTerms()
    {
        var arcs = new List<(int Device, StagedArc Arc, int Index)>();
        for (var i = 0; i < _snapshot.Devices.Count; i++)
        {
            if (Walk(_snapshot.Devices[i]) is { } walk)
            {
                var device = _snapshot.Devices[i];
                var known = device.Arcs.Select(ReadArc).ToList();
                arcs.AddRange(walk.Pieces(a => known.IndexOf(a) is >= 0 and var at && device.Arcs[at].Seconds.Count > 0).Select(piece => (i, piece, known.IndexOf(piece.Arc))));
                AddWorstCases(i, walk, device.Arcs.ToDictionary(ReadArc));
            }
        }

        // OrderBy keeps the devices in their order within a stage.
        arcs = [.. arcs.OrderBy(a => a.Arc.Last)];
        foreach (var (device, arc, index) in arcs.Where(a => a.Arc.Last <= BlackoutStage.Stop))
        {
            AddArc(device, arc, index);
        }

        AddTransfer();
        foreach (var (device, arc, index) in arcs.Where(a => a.Arc.Last > BlackoutStage.Stop))
        {
            AddArc(device, arc, index);
        }
    }

    private void AddArc(int device, StagedArc arc, int index)
    {
        var term = AddTerm(TermKind.Arc, device, arc, s => index < 0 ? [] : s.Devices[device].Arcs[index].Seconds);
        Lines.Add(new DecisionLine(DecisionLineKind.Arc, $"arc {arc.Arc}", device, term, arc.Last == BlackoutStage.Quiesce));
    }

    private void AddTransfer()
    {
        var fixedPart = AddTerm(TermKind.TransferFixed, -1, default, s => s.Transfer?.FixedSeconds ?? []);
        Lines.Add(new DecisionLine(DecisionLineKind.TransferFixed, "transfer fixed", -1, fixedPart));
        var rate = AddTerm(TermKind.TransferRate, -1, default, s => s.Transfer?.BytesPerSecond ?? []);
        if (_snapshot.Ram is not null)
        {
            Lines.Add(new DecisionLine(DecisionLineKind.TransferRam, "transfer ram", -1, rate));
        }

        for (var i = 0; i < _snapshot.Devices.Count; i++)
        {
            var device = i;
            var term = _snapshot.Devices[i].StateSizeRatios.Count > 0 ? AddTerm(TermKind.StateSize, i, default, s => s.Devices[device].StateSizeRatios) : rate;
            Lines.Add(new DecisionLine(DecisionLineKind.TransferState, "transfer state", i, term));
            if (_snapshot.Devices[i].StateSeconds.Count > 0)
            {
                Lines.Add(new DecisionLine(DecisionLineKind.StateWork, "read and load state", i, AddTerm(TermKind.StateWork, i, default, s => s.Devices[device].StateSeconds)));
            }
        }
    }

    private int AddTerm(TermKind kind, int device, StagedArc arc, Func<DecisionSnapshot, IReadOnlyList<double>> place)
    {
        _places.Add(place);
        _terms.Add(new BlackoutTerm(kind, device, arc, Read(kind, place(_snapshot))));
        return _terms.Count - 1;
    }

    private static Samples Read(TermKind kind, IReadOnlyList<double> samples) => kind == TermKind.TransferRate ? Samples.Of(samples).Inverse() : Samples.Of(samples);

    private void AddWorstCases(int device, DeviceWalk walk, Dictionary<Arc, ArcEvidence> known)
    {
        foreach (var piece in walk.Pieces(a => known.TryGetValue(a, out var arc) && arc.WorstSeconds is not null))
        {
            if (known.TryGetValue(piece.Arc, out var arc) && arc.WorstSeconds is { } worst)
            {
                _worstArcs.Add((device, piece));
                _worstSeconds.Add(worst);
            }
            else
            {
                MissingWorstCases.Add($"the worst case of arc {piece.Arc} of {Names[device]}");
            }
        }
    }

    private DeviceWalk? Walk(DeviceEvidence device)
    {
        var capabilities = Capabilities(device.Flags);
        var state = DeviceStates.TryParse(device.State, out var read) ? read : DeviceState.Running;
        return DeviceWalk.Plan(_isQuiesced ? BeforeQuiesce(device, state) : state, capabilities, device.DestinationFlags.Count == 0 ? capabilities : Capabilities(device.DestinationFlags));
    }

    private static MigrationCapabilities Capabilities(IReadOnlyList<string> flags)
    {
        var capabilities = MigrationCapabilities.None;
        foreach (var flag in flags)
        {
            capabilities |= MigrationCapabilitySets.TryParse(flag, out var capability) ? capability : MigrationCapabilities.None;
        }

        return capabilities;
    }

    /// <summary>At gate 2 the arc into P2P is behind, but it stays one of the terms: a decision must not depend on whether its tables were
    /// built before the devices were quiesced or after.</summary>
    private static DeviceState BeforeQuiesce(DeviceEvidence device, DeviceState state)
    {
        var before = state == DeviceState.PreCopyP2P ? DeviceState.PreCopy : DeviceState.Running;
        return device.Arcs.Any(a => a.Seconds.Count > 0 && ReadArc(a) == new Arc(before, state)) ? before : state;
    }

    private static Arc ReadArc(ArcEvidence arc) =>
        DeviceStates.TryParse(arc.From, out var from) && DeviceStates.TryParse(arc.To, out var to) ? new Arc(from, to) : default;
}
