using Planner.Sessions;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>When a host counts as busy.</summary>
public class HostPressureTests
{
    [Theory]
    [InlineData("some avg10=24.99 avg60=80.00 avg300=1.00 total=1", "9.0 9.0 9.0 1/2 3", false)]
    [InlineData("some avg10=25.00 avg60=0.00 avg300=0.00 total=1", "0.0 0.0 0.0 1/2 3", true)]
    [InlineData(null, "2.99 0.0 0.0 1/2 3", false)]
    [InlineData(null, "3.00 0.0 0.0 1/2 3", true)]
    [InlineData("some avg10=nonsense", "3.00 0.0 0.0 1/2 3", true)]
    [InlineData("", null, null)]
    [InlineData(null, "", null)]
    [InlineData(null, "-1 0 0", null)]
    public void The_pressure_counts_and_without_it_the_tasks_that_want_to_run(string? pressure, string? load, bool? expected) =>
        Assert.Equal(expected, HostPressure.IsBusy(pressure, load, processors: 2));

    [Fact]
    public void This_host_can_be_asked() => Assert.NotNull(HostPressure.IsBusy());
}
