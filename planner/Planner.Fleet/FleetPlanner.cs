using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Plans for one fleet. Deterministic: the same fleet, classes, devices and options give the same plan.</summary>
/// <remarks>Not for several threads at once.</remarks>
public sealed class FleetPlanner
{
    private readonly FleetModel _model;
    private readonly MoveForecaster _forecaster;
    private readonly IReadOnlyList<SlaPolicy> _classes;

    /// <summary>Prepares a fleet.</summary>
    /// <param name="fleet">The fleet and its task; names must be unique and known, as the reader of its document ensures.</param>
    /// <param name="classes">The SLA classes that its machines name.</param>
    /// <param name="devices">What the devices of each profile that its machines name add to a blackout.</param>
    /// <exception cref="KeyNotFoundException">The fleet names a host, link, class or profile that is not there.</exception>
    public FleetPlanner(FleetSpec fleet, IReadOnlyList<SlaPolicy> classes, IReadOnlyDictionary<string, DeviceBlackout> devices)
    {
        _model = new FleetModel(fleet);
        _forecaster = new MoveForecaster(fleet, classes, devices);
        _classes = classes;
        InputsHash = FleetHash.OfInputs(fleet, classes, devices);
    }

    /// <summary>The hash of what plans are made from.</summary>
    public string InputsHash { get; }

    /// <summary>What is planned for.</summary>
    public FleetSpec Fleet => _model.Spec;

    /// <summary>Makes a plan.</summary>
    public FleetPlan Plan(PlanOptions options) => _model.Spec.Task.Kind switch
    {
        FleetTaskKind.Assess => new Assessment(_model, _forecaster, new BlockedReasons(_model, _forecaster, _classes)).Plan(InputsHash),
        FleetTaskKind.Upgrade => new WavePlanning(_model, _forecaster, _classes, options, WaveBeginning.Fresh, []).Plan(InputsHash),
        _ => new DrainPlanning(_model, _forecaster, _classes, options).Plan(InputsHash),
    };

    /// <summary>What a report on a plan shows beside the plan.</summary>
    public FleetFigures Figures(FleetPlan plan) => new FigureMaker(_model, _forecaster).Make(plan);

    /// <summary>Plans anew while a plan is carried out, for example since a move takes longer than foretold. Nothing that is done moves again, and what runs goes on; the rest keeps its target.</summary>
    /// <param name="plan">The plan; one of this planner's fleet, and not of an upgrade.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="options">How often the rest is replayed.</param>
    /// <returns>The plan for what runs and what is still to start, on the clock of the first one.</returns>
    /// <exception cref="ArgumentException">The plan is of other inputs or of an upgrade, or the progress names a machine that the plan does not move.</exception>
    public FleetPlan Replan(FleetPlan plan, PlanProgress progress, PlanOptions options)
    {
        CheckInputs(plan);
        if (plan.Kind is not (FleetTaskKind.Drain or FleetTaskKind.MoveGiven))
        {
            throw new ArgumentException("Only a plan that empties hosts, or that moves machines to given targets, can be planned anew half way.", nameof(plan));
        }

        return new Replanning(_model, _forecaster, options).Plan(plan, progress);
    }

    /// <summary>Plans the rest of an upgrade anew. No host that was rebooted is emptied again, what runs goes on, and who stays keeps its host from the reboot; everything else may be planned otherwise.</summary>
    /// <param name="plan">The plan of the upgrade; one of this planner's fleet.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="options">How often the rest is replayed.</param>
    /// <returns>The plan for what runs and what is still to start, on the clock of the first one: what runs comes first.</returns>
    /// <exception cref="ArgumentException">The plan is of other inputs or of no upgrade, or the progress names a machine or host that is not there.</exception>
    public FleetPlan ReplanUpgrade(FleetPlan plan, UpgradeProgress progress, PlanOptions options)
    {
        CheckInputs(plan);
        if (plan.Kind != FleetTaskKind.Upgrade)
        {
            throw new ArgumentException("The plan is of no upgrade.", nameof(plan));
        }

        try
        {
            var now = new FleetModel(_model.Spec with { Machines = [.. _model.Spec.Machines.Select(m => progress.HostNow.TryGetValue(m.Name, out var host) ? m with { Host = host } : m)] });
            return new WavePlanning(now, _forecaster, _classes, options, WaveBeginning.Of(now, progress), progress.Staying).Plan(InputsHash);
        }
        catch (KeyNotFoundException e)
        {
            throw new ArgumentException("The progress names a machine or a host that the fleet does not have.", nameof(progress), e);
        }
    }

    private void CheckInputs(FleetPlan plan)
    {
        if (plan.InputsHash != InputsHash)
        {
            throw new ArgumentException("The plan was made from other inputs; make a new one.", nameof(plan));
        }
    }
}
