//go:build !linux

package pgbox

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// process cannot have what is started die with us: only Linux knows that signal.
func (o *owner) process() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if o != nil {
		a.Credential = &syscall.Credential{Uid: o.id, Gid: o.id}
	}
	return a
}

func childrenOf(parent int) (pids []int, err error) {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return nil, err
	}

	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) != 2 || fields[1] != strconv.Itoa(parent) {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

func runs(pid int) bool { return alive(pid) }
