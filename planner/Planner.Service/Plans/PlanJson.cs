using System.Text.Json;
using System.Text.Json.Serialization;
using Planner.Policies;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Plans as the store has them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PlanState))]
[JsonSerializable(typeof(PlanStep))]
[JsonSerializable(typeof(PlanInputs))]
[JsonSerializable(typeof(FleetPlan))]
internal sealed partial class PlanJson : JsonSerializerContext
{
    public static string Write(PlanState state) => JsonSerializer.Serialize(state, Default.PlanState);

    public static PlanState State(StoredPlan plan) => JsonSerializer.Deserialize(plan.Body, Default.PlanState)!;

    public static PlanInputs Inputs(StoredPlan plan) => JsonSerializer.Deserialize(plan.Inputs, Default.PlanInputs)!;

    public static StoredPlanStep Write(string plan, PlanStep step) => new(plan, step.Number, JsonSerializer.Serialize(step, Default.PlanStep));

    public static PlanStep Step(StoredPlanStep step) => JsonSerializer.Deserialize(step.Body, Default.PlanStep)!;
}
