package pubsubbox

import "syscall"

// ownGroup has the process lead a group of its own, and end when we do, however
// that comes about.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
