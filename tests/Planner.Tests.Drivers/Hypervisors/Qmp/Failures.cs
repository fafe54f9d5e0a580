using Planner.Hypervisors;
using Xunit;

namespace Planner.Tests.Hypervisors.Qmp;

/// <summary>Waits for what fails, with a guard against hanging.</summary>
internal static class Failures
{
    public static async Task<QmpException> OfAsync(Task task, QmpFault fault)
    {
        var e = await Assert.ThrowsAsync<QmpException>(() => task.WaitAsync(ScriptedMonitor.HangGuard, TestContext.Current.CancellationToken));
        Assert.True(e.Fault == fault, $"{e.Fault}: {e.Message}");
        Assert.True(e.Message.EndsWith('.') && !e.Message.Contains('\n', StringComparison.Ordinal), e.Message);
        return e;
    }

    public static async Task<QmpException> OfEndAsync(QmpConnection connection, QmpFault fault)
    {
        var why = await connection.Ended.WaitAsync(ScriptedMonitor.HangGuard, TestContext.Current.CancellationToken);
        Assert.NotNull(why);
        Assert.True(why.Fault == fault, $"{why.Fault}: {why.Message}");
        return why;
    }
}
