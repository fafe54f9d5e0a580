using Planner.Measurements;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>What a planner has learned about one class of machines under one SLA class, migration by migration.</summary>
/// <remarks>The same evidence as a real session gathers: latencies from barrier to barrier, the stop phase's transfer, and the blackout beside its
/// prediction. A machine with devices is one device here, since its devices wait for each other.</remarks>
public sealed class ClassEvidence
{
    private const string Device = "devices";

    private static readonly Arc Quiesce = new(DeviceState.PreCopy, DeviceState.PreCopyP2P);
    private static readonly Arc Stop = new(DeviceState.PreCopyP2P, DeviceState.StopCopy);
    private static readonly Arc Load = new(DeviceState.Resuming, DeviceState.Running);

    private readonly EvidenceTables _tables;
    private readonly bool _hasDevices;

    /// <summary>Starts without evidence.</summary>
    /// <param name="devices">The machines' devices.</param>
    /// <param name="sla">The promise.</param>
    public ClassEvidence(MachineDevices devices, SlaTerms sla)
    {
        _hasDevices = devices.Devices.Count > 0;
        _tables = new EvidenceTables(new DecisionSnapshot
        {
            Sla = sla,
            Ram = new RamEvidence { RemainingBytes = 0 },
            Devices = _hasDevices
                ? [new DeviceEvidence { Name = Device, Class = devices.Name, State = Quiesce.From.Name(), Flags = ["STOP_COPY", "P2P", "PRE_COPY"], StateBytes = (long)devices.StateBytes }]
                : [],
        });
    }

    /// <summary>Makes the next migration's tables.</summary>
    public SwitchoverEvaluator Build() => _tables.Build();

    /// <summary>Takes what a switchover showed.</summary>
    /// <param name="latencies">What the devices took.</param>
    /// <param name="sentBytes">What the stop phase sent.</param>
    /// <param name="outcome">How the migration ended: with a commit.</param>
    /// <param name="predictedSeconds">The prediction at the commit; NaN or 0 if there was none.</param>
    /// <param name="stretch">By what factor the transfer was foretold to take longer than usual; above 0. What is learned is the usual rate.</param>
    /// <param name="isOfKind">Whether the blackout is of the kind of moments that this evidence is about; latencies and transfers always are.</param>
    public void Learn(in StageLatencies latencies, double sentBytes, in WorkloadOutcome outcome, double predictedSeconds, double stretch, bool isOfKind)
    {
        if (_hasDevices)
        {
            _tables.AddArc(0, Quiesce, latencies.QuiesceSeconds);
            _tables.AddArc(0, Stop, latencies.StopSeconds);
            _tables.AddArc(0, Load, latencies.LoadSeconds);
        }

        var moving = outcome.BlackoutSeconds - latencies.TotalSeconds;
        if (sentBytes > 0 && moving > 0)
        {
            _tables.AddTransfer(0, stretch * sentBytes / moving);
        }

        if (isOfKind && predictedSeconds > 0)
        {
            _tables.AddBlackout(new PastBlackout(predictedSeconds, outcome.BlackoutSeconds), afterQuiesce: false);
        }
    }
}
