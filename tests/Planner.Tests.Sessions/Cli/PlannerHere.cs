using System.Text.Json;
using Planner.Cli;
using Planner.Measurements;

namespace Planner.Tests.Cli;

/// <summary>Runs a verb within the test's own process: for verbs that touch neither devices nor signals.</summary>
internal static class PlannerHere
{
    public static Task<PlannerProcess.Result> RunAsync(params string[] arguments) => RunAsync(ProductDrivers.Register(TextWriter.Null), arguments);

    /// <summary>Runs a verb with drivers of the test's own.</summary>
    public static async Task<PlannerProcess.Result> RunAsync(Drivers drivers, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var status = await CommandLine.RunAsync(arguments, output, error, TextReader.Null, drivers);
        return new PlannerProcess.Result(status, output.ToString(), error.ToString());
    }

    /// <summary>Runs a verb with JSON as its output, which must be all that is on stdout.</summary>
    public static async Task<List<JsonElement>> RunJsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--output", "json"]);
        return result.Status == 0 ? Objects(result.Output) : throw new InvalidOperationException(result.ToString());
    }

    /// <summary>The objects of output that is one object a line.</summary>
    public static List<JsonElement> Objects(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static string[] Names(this JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static bool IsNull(this JsonElement element, string name) => element.GetProperty(name).ValueKind == JsonValueKind.Null;
}
