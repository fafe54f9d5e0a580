using System.Text.Json;
using Planner.Cli;
using Planner.Measurements;

namespace Planner.Tests.Cli;

/// <summary>Runs a verb within the test's own process, which is much quicker than in one of its own: for what neither a signal nor a kill has to end.</summary>
internal static class PlannerHere
{
    // What is kept where nothing else is said goes away with what was built.
    static PlannerHere()
    {
        var state = new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "state"));
        if (state.Exists)
        {
            state.Delete(recursive: true);
        }

        Environment.SetEnvironmentVariable("STATE_DIRECTORY", Path.Combine(state.FullName, "planner"));
    }

    public static Task<PlannerProcess.Result> RunAsync(params string[] arguments) => RunAsync("", null, arguments);

    /// <summary>Runs a verb with drivers of the test's own.</summary>
    public static Task<PlannerProcess.Result> RunAsync(Drivers drivers, params string[] arguments) => RunAsync("", drivers, arguments);

    /// <summary>Runs a verb that reads its input.</summary>
    public static Task<PlannerProcess.Result> RunWithInputAsync(string input, params string[] arguments) => RunAsync(input, null, arguments);

    /// <summary>Runs a verb with JSON as its output, which must be all that is on stdout.</summary>
    public static async Task<List<JsonElement>> RunJsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--output", "json"]);
        return result.Status == 0 ? Objects(result.Output) : throw new InvalidOperationException(result.ToString());
    }

    private static async Task<PlannerProcess.Result> RunAsync(string input, Drivers? drivers, string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        var status = await CommandLine.RunAsync(arguments, output, error, reader, drivers ?? ProductDrivers.Register(error));
        return new PlannerProcess.Result(status, output.ToString(), error.ToString());
    }

    /// <summary>The objects of output that is one object a line.</summary>
    public static List<JsonElement> Objects(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static string[] Names(this JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static bool IsNull(this JsonElement element, string name) => element.GetProperty(name).ValueKind == JsonValueKind.Null;
}
