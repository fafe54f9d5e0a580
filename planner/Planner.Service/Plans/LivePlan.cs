using Planner.Fleet;
using Planner.Storage;

namespace Planner.Service;

/// <summary>A plan that is carried out, in memory as the store has it.</summary>
internal sealed class LivePlan
{
    private readonly SortedDictionary<int, PlanStep> _steps;
    private PlanInputs? _inputs;
    private FleetPlanner? _planner;

    public LivePlan(StoredPlan stored, IEnumerable<StoredPlanStep> steps)
    {
        (Stored, State) = (stored, PlanJson.State(stored));
        _steps = new(steps.Select(PlanJson.Step).ToDictionary(s => s.Number));
    }

    /// <summary>As it was stored last.</summary>
    public StoredPlan Stored { get; private set; }

    public PlanState State { get; private set; }

    /// <summary>Its steps, by number.</summary>
    public IReadOnlyCollection<PlanStep> Steps => _steps.Values;

    public PlanInputs Inputs => _inputs ??= PlanJson.Inputs(Stored);

    public FleetPlanner Planner => _planner ??= Inputs.Planner();

    public PlanStep this[int number] => _steps[number];

    /// <summary>Whether there is a step of a number.</summary>
    public bool Has(int number) => _steps.ContainsKey(number);

    /// <summary>Whether everything that a step waits for is done.</summary>
    public bool IsReady(PlanStep step) => step.After.All(n => !_steps.TryGetValue(n, out var before) || before.State == PlanStep.Done);

    /// <summary>Whether a person said that a step may begin, where one is asked.</summary>
    public bool IsApproved(PlanStep step) => State.Approval == PlanState.NoApproval || step.Approved || (State.Approval == PlanState.ByWave && State.ApprovedWaves.Contains(step.From));

    /// <summary>Takes what was kept: the state with its new version, steps in place of those of their numbers, and without those that were dropped.</summary>
    public void Take(StoredPlan stored, PlanState state, IEnumerable<PlanStep> steps, IEnumerable<int> dropped)
    {
        (Stored, State) = (stored, state);
        foreach (var number in dropped)
        {
            _steps.Remove(number);
        }

        foreach (var step in steps)
        {
            _steps[step.Number] = step;
        }
    }

    /// <summary>As callers see it.</summary>
    /// <param name="now">The time.</param>
    public PlanState View(DateTimeOffset now)
    {
        var steps = Steps.Select(s => s.State == PlanStep.Waiting && State.State == PlanState.Running && IsReady(s) && !IsApproved(s) ? s with { State = PlanStep.AwaitingApproval } : s).ToList();
        var hangsOnPeople = steps.Any(s => s.State is PlanStep.AwaitingApproval or PlanStep.AwaitingReboot);
        var elapsed = State.Beginning is { } beginning ? Math.Max(0, (now - beginning).TotalSeconds) : 0;
        return State with
        {
            EtaSeconds = State.State == PlanState.Running && !hangsOnPeople
                ? new EtaSeconds(Math.Max(0, State.MakespanP50Seconds - elapsed), Math.Max(0, State.MakespanP95Seconds - elapsed))
                : null,
            Moves = [.. steps.Where(s => !s.IsReboot)],
            Reboots = [.. steps.Where(s => s.IsReboot)],
        };
    }
}
