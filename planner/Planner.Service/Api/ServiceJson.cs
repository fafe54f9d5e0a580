using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Planner.Documents;

namespace Planner.Service;

/// <summary>The JSON of the service: camelCase, times in seconds, null where nothing is known.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeBody))]
[JsonSerializable(typeof(MachineBody))]
[JsonSerializable(typeof(MigrationBody))]
[JsonSerializable(typeof(ForecastBody))]
[JsonSerializable(typeof(SwitchoverQuestion))]
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(NoticeBody))]
[JsonSerializable(typeof(PostponeBody))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(ApprovalBody))]
[JsonSerializable(typeof(MaintenanceBody))]
[JsonSerializable(typeof(MaintenanceView))]
[JsonSerializable(typeof(NodeMaintenance))]
[JsonSerializable(typeof(PlanState))]
[JsonSerializable(typeof(Page<PlanState>))]
[JsonSerializable(typeof(IReadOnlyList<PlanDifference>))]
[JsonSerializable(typeof(Page<NodeView>))]
[JsonSerializable(typeof(Page<MaintenanceView>))]
[JsonSerializable(typeof(Page<MachineView>))]
[JsonSerializable(typeof(Page<JsonObject>))]
[JsonSerializable(typeof(Page<WebhookView>))]
[JsonSerializable(typeof(Page<NoticeView>))]
[JsonSerializable(typeof(Page<Operation>))]
[JsonSerializable(typeof(Page<AttemptReport>))]
[JsonSerializable(typeof(ForecastAnswer))]
[JsonSerializable(typeof(SwitchoverAdvice))]
[JsonSerializable(typeof(Budgets))]
[JsonSerializable(typeof(IReadOnlyList<Calibration>))]
[JsonSerializable(typeof(IReadOnlyList<ArcView>))]
[JsonSerializable(typeof(ArcSeries))]
[JsonSerializable(typeof(FleetView))]
[JsonSerializable(typeof(IReadOnlyList<DecisionPoint>))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(SignedIn))]
internal sealed partial class ServiceJson : JsonSerializerContext;
