using Planner.Documents;
using Planner.Evaluation;
using Planner.Fleet;
using Planner.Policies;

namespace Planner.Cli;

/// <summary>Writes a plan to a file, in the form that the file's ending asks for.</summary>
internal static class PlanReport
{
    /// <summary>The endings, for sentences.</summary>
    public const string Endings = ".html, .csv or .json";

    /// <summary>Whether a file's ending is known.</summary>
    public static bool IsKnown(string path) => Path.GetExtension(path) is ".html" or ".csv" or ".json";

    /// <summary>Writes the plan.</summary>
    /// <exception cref="CliException">The file cannot be written.</exception>
    public static void Write(string path, FleetSpec fleet, FleetPlan plan, FleetPlanner planner)
    {
        var text = Path.GetExtension(path) switch
        {
            ".html" => FleetReport.Write(fleet, plan, planner.Figures(plan)),
            ".csv" => FleetPlanCsv.Write(plan),
            _ => FleetPlanJson.Write(plan) + "\n",
        };
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot write the report {path}: {TextFiles.Why(path, e)}");
        }
    }
}
