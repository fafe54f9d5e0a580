using Planner.Tests.Service;

namespace Planner.ServiceBench;

/// <summary>Killed a hundred times under load: nothing that was acknowledged is lost.</summary>
internal static class KillStudy
{
    private const int Rounds = 100;

    public static async Task RunAsync()
    {
        var killed = await new KilledUnderLoad().RunAsync(Rounds, CancellationToken.None);
        Console.WriteLine($"killed {Rounds} times: {killed.Nodes:N0} registrations and {killed.Migrations} migrations acknowledged, {killed.Broken.Count} lost or ended as they must not");
        foreach (var broken in killed.Broken)
        {
            Console.WriteLine($"  {broken}");
        }
    }
}
