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

    /// <summary>Makes a plan.</summary>
    public FleetPlan Plan(PlanOptions options) => _model.Spec.Task.Kind switch
    {
        FleetTaskKind.Assess => new Assessment(_model, _forecaster, new BlockedReasons(_model, _forecaster, _classes)).Plan(InputsHash),
        FleetTaskKind.Upgrade => new WavePlanning(_model, _forecaster, _classes, options).Plan(InputsHash),
        _ => new DrainPlanning(_model, _forecaster, _classes, options).Plan(InputsHash),
    };
}
