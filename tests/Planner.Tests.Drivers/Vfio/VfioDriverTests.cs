using Planner.Devices;
using Planner.Documents;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Vfio;

public sealed class VfioDriverTests
{
    private const MigrationCapabilities StopCopy = MigrationCapabilities.StopCopy;
    private const MigrationCapabilities P2P = StopCopy | MigrationCapabilities.P2P;
    private const MigrationCapabilities PreCopy = StopCopy | MigrationCapabilities.PreCopy;
    private const MigrationCapabilities All = P2P | PreCopy;

    [Theory]
    [InlineData("mlx5_vfio_pci", P2P, "RUNNING_P2P->STOP")]
    [InlineData("mlx5_vfio_pci", All, "PRE_COPY_P2P->STOP_COPY")]
    [InlineData("xe-vfio-pci", P2P, "RUNNING->RUNNING_P2P")]
    [InlineData("hisi-acc-vfio-pci", PreCopy, "PRE_COPY->STOP_COPY")]
    [InlineData("pds-vfio-pci", P2P, "RUNNING_P2P->STOP")]
    [InlineData("qat_vfio_pci", All, "PRE_COPY_P2P->STOP_COPY")]
    [InlineData("virtio-vfio-pci", All, "PRE_COPY_P2P->STOP_COPY")]
    [InlineData("igb-vfio-pci", PreCopy, "PRE_COPY->STOP_COPY")]
    [InlineData("something_new", All, "PRE_COPY->PRE_COPY_P2P")]
    [InlineData(null, P2P, "RUNNING->RUNNING_P2P")]
    public void A_driver_has_its_own_commit_point_and_an_unknown_one_the_most_cautious(string? driver, MigrationCapabilities capabilities, string arc) =>
        Assert.Equal(arc, VfioDrivers.Find(VfioDrivers.BuiltIn, driver).CommitArc(capabilities).ToString());

    [Fact]
    public void Only_the_labs_own_driver_is_asked_for_deadlines() =>
        Assert.Equal(["vfiolab"], VfioDrivers.BuiltIn.Where(d => d.Deadline.Shape != DeadlineShape.None).Select(d => d.Name));

    [Fact]
    public void Every_driver_is_there_once_and_its_hazards_are_sentences()
    {
        Assert.Equal(["hisi_acc", "igb", "mlx5", "mtty", "pds", "qat", "unknown", "vfiolab", "virtio", "xe"], VfioDrivers.BuiltIn.Select(d => d.Name).Order(StringComparer.Ordinal));
        var names = VfioDrivers.BuiltIn.SelectMany(d => d.KernelNames).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.All(VfioDrivers.BuiltIn.SelectMany(d => d.Hazards), h => Assert.EndsWith(".", h));
    }

    [Theory]
    [InlineData("kernelNames: []\n  commitArcs: [RUNNING]", "RUNNING")]
    [InlineData("kernelNames: []\n  deadline: { feature: 9 }", "feature")]
    [InlineData("kernelNames: []\n  speed: 3", "speed")]
    [InlineData("kernelNames: []\n  dataSize: much", "much")]
    public void What_is_wrong_in_a_file_of_drivers_is_refused_with_its_place(string spec, string names)
    {
        var e = Assert.Throws<DocumentException>(() => VfioDriverText.ReadAll($"apiVersion: planner/v1\nkind: VfioDriver\nmetadata: {{ name: x }}\nspec:\n  {spec}\n", "drivers.yaml"));
        Assert.Contains(names, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("drivers.yaml:6:", e.Message);
    }
}
