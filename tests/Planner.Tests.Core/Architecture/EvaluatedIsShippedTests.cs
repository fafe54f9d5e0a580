using System.Reflection;
using Planner.Engine;
using Planner.Estimators;
using Planner.Evaluation;
using Planner.Evidence;
using Planner.Policies;
using Planner.Simulation;
using Xunit;

namespace Planner.Tests.Architecture;

/// <summary>What decides and what remembers in an evaluation or a simulation are the objects of a session.</summary>
public sealed class EvaluatedIsShippedTests
{
    // What changes with what it is told, and so could learn something that no session knows.
    private static readonly Type[] Learners =
    [
        typeof(EvidenceMemory), typeof(BlackoutHistory), typeof(BlackoutScores), typeof(SampleWindow), typeof(AdaptiveConformal), typeof(StopPhaseTransfer), typeof(LinkLifeTable),
        typeof(LinkWatch), typeof(LinkRhythm), typeof(DirtyRhythm), typeof(EvaluatorBuilder),
    ];

    private static readonly Assembly[] Trials = [typeof(GridEvaluation).Assembly, typeof(VirtualMigration).Assembly];

    [Fact]
    public void The_grids_machines_remember_in_the_memory_of_sessions_and_decide_by_its_evaluators()
    {
        Assert.Equal([typeof(EvaluatorBuilder), typeof(EvidenceMemory)], LearnersOf(typeof(WorkloadMachine)));
        Assert.Equal([typeof(EvaluatorBuilder), typeof(EvidenceMemory)], LearnersOf(typeof(DeviceSnapshots)));
        Assert.Equal([typeof(EvaluatorBuilder)], LearnersOf(typeof(MachineSnapshots)));
        Assert.Equal([typeof(EvidenceMemory)], LearnersOf(typeof(VirtualMigration)));
    }

    [Fact]
    public void Nothing_else_of_an_evaluation_or_a_simulation_learns() =>
        Assert.All(
            Trials.SelectMany(a => a.GetTypes()).Where(t => t != typeof(WorkloadMachine) && t != typeof(VirtualMigration)),
            t => Assert.Empty(LearnersOf(t)));

    [Fact]
    public void Every_rule_of_the_planners_own_is_one_that_sessions_can_ask_for() =>
        Assert.All(
            Trials.Append(typeof(IPlannerRule).Assembly).SelectMany(a => a.GetTypes()).Where(t => t.IsClass && t.IsAssignableTo(typeof(IPlannerRule))),
            t => Assert.Equal(typeof(PlannerRules).Assembly, t.Assembly));

    private static IEnumerable<Type> LearnersOf(Type type) => type
        .GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Select(f => f.FieldType).Where(Learners.Contains).OrderBy(t => t.Name);
}
