using System.CommandLine;
using Planner.Documents;
using Planner.Fleet;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary><c>planner plan FLEET.yaml</c>: evacuation, rolling upgrades, and who can be moved at all.</summary>
internal static class PlanCommand
{
    private const int UsualReplications = 1000;
    private const int MostReplications = 100_000;

    public static Command Create(CommonOptions common)
    {
        var file = new Argument<string>("fleet") { Description = "The fleet and its task: hosts, links, machines, and which hosts are to be empty by when.", HelpName = "FLEET.yaml" };
        var report = new Option<string?>("--report") { Description = "Write the plan to a file, too: a page with pictures (.html), or its rows (.csv) or itself (.json).", HelpName = "FILE" };
        report.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !PlanReport.IsKnown(result.Tokens[^1].Value))
            {
                result.AddError($"--report is '{result.Tokens[^1].Value}'; a file that ends in {PlanReport.Endings} is expected.");
            }
        });
        var seed = Choices.Seed("The seed of all chance: of the search and of the simulation.");
        var replications = EvaluationOptions.Count("--replications", "How often the plan is replayed in simulation.", MostReplications, UsualReplications);
        var command = new Command("plan", "Plan how to empty hosts, or to upgrade all: which machine moves where and when, how sure it is that it is done in time, and who cannot move.") { file, report, seed, replications };
        command.SetAction(parsed => Run(common.Bind(parsed), parsed.GetRequiredValue(file), parsed.GetValue(report), new PlanOptions(parsed.GetValue(seed), parsed.GetValue(replications))));
        return command;
    }

    private static int Run(CommandContext context, string file, string? report, PlanOptions options)
    {
        using var stop = new StopSignal();
        var plan = Interruptible.Run(() => Plan(context, file, report, options, stop.Token), stop.Token);
        if (context.IsJson)
        {
            context.Output.WriteLine(FleetPlanJson.Write(plan));
        }
        else
        {
            PlanTable.Print(context.Console, plan);
        }

        return plan.IsFeasible ? ExitStatus.Done : ExitStatus.Stayed;
    }

    private static FleetPlan Plan(CommandContext context, string file, string? report, PlanOptions options, CancellationToken stop)
    {
        var classes = context.Policies();
        var devices = new FleetDevices(file);
        var fleet = FleetText.Read(TextFiles.Read(file), file, new FleetNames([.. classes.Select(c => c.Name)], devices.Has));
        if (context.Store is not null)
        {
            using var store = context.OpenStore(stop);
            fleet = FleetEvidence.AddTo(fleet, store);
        }

        var planner = new FleetPlanner(fleet, classes, devices.Known);
        var plan = planner.Plan(options);
        if (report is not null)
        {
            PlanReport.Write(report, fleet, plan, planner);
        }

        return plan;
    }
}
