namespace Planner.Tests.Processes;

/// <summary>Where each ring of tests begins: every ring compiles this, since what starts with a program has to be in the program.</summary>
internal static class ChildStart
{
    private static int Main(string[] arguments)
    {
        ChildProcess.RunIfChild(typeof(ChildStart).Assembly);
        return arguments.Any(a => a is "-automated" or "@@")
            ? Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments).GetAwaiter().GetResult()
            : Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult();
    }
}
